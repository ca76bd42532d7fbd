// The walk-through by the generated TypeScript client: BASE and TOKEN in the environment.
import { Configuration, CouponsApi, OrdersApi, PaymentsApi, PointsApi, ProductsApi, ResponseError } from "./client";
import { PlaceOrder409ResponseFromJSON } from "./client";

const configuration = new Configuration({ basePath: process.env.BASE, accessToken: process.env.TOKEN });

function expect(actual: unknown, expected: unknown, what: string) {
  if (actual !== expected) throw new Error(`${what}: ${actual}, not ${expected}`);
}

async function walk() {
  const orders = new OrdersApi(configuration);
  const points = new PointsApi(configuration);
  const product = await new ProductsApi(configuration).showProduct({ id: 1 });
  const charged = await points.chargePoints({ idempotencyKey: "charge", chargeRequest: { amount: 100000 } });
  const coupon = await new CouponsApi(configuration).issueCoupon({ id: 1 });

  const request = {
    idempotencyKey: "order",
    orderRequest: { items: [{ productId: product.id, quantity: 2 }], issuedCouponId: coupon.id },
  };
  const order = await orders.placeOrder(request);
  expect(order.subtotal, product.price * 2, "the subtotal");
  expect((await orders.placeOrder(request)).id, order.id, "the same key's order");

  const payment = await new PaymentsApi(configuration).pay({
    idempotencyKey: "payment",
    paymentRequest: { orderId: order.id },
  });
  expect(payment.amount, order.total, "the payment");
  expect((await points.showPoints()).balance, charged.balance - order.total, "the balance");
  expect((await orders.showOrder({ id: order.id })).status, "PAID", "the order's status");

  const refused = await orders
    .placeOrder({ idempotencyKey: "dear", orderRequest: { ...request.orderRequest, issuedCouponId: null, expectedTotal: 1 } })
    .catch((error: unknown) => error);
  if (!(refused instanceof ResponseError)) throw new Error(`no refusal: ${refused}`);
  const problem = PlaceOrder409ResponseFromJSON(await refused.response.json());
  if (problem.code !== "PRICE_CHANGED") throw new Error(`another refusal: ${problem.code}`);
  expect(problem.total, product.price * 2, "the total in the refusal");
}

walk().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
