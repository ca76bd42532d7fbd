package client;

import client.api.CouponsApi;
import client.api.OrdersApi;
import client.api.PaymentsApi;
import client.api.PointsApi;
import client.api.ProductsApi;
import client.model.Balance;
import client.model.ChargeRequest;
import client.model.IssuedCoupon;
import client.model.LineRequest;
import client.model.Order;
import client.model.OrderRequest;
import client.model.OrderStatus;
import client.model.Payment;
import client.model.PaymentRequest;
import client.model.PlaceOrder409Response;
import client.model.ProblemPRICECHANGED;
import client.model.Product;

/** The walk-through by the generated Java client: BASE and TOKEN in the environment. */
public final class Walk {

  private final ApiClient client = new ApiClient();
  private final OrdersApi orders;
  private final PointsApi points;

  private Walk(String base, String token) {
    client.updateBaseUri(base);
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    orders = new OrdersApi(client);
    points = new PointsApi(client);
  }

  public static void main(String[] args) throws Exception {
    new Walk(System.getenv("BASE"), System.getenv("TOKEN")).walk();
  }

  private void walk() throws Exception {
    Product product = new ProductsApi(client).showProduct(1L, null, null);
    Balance charged =
        points.chargePoints("charge", new ChargeRequest().amount(100000L), null, null);
    IssuedCoupon coupon = new CouponsApi(client).issueCoupon(1L, null, null);

    LineRequest line = new LineRequest().productId(product.getId()).quantity(2L);
    OrderRequest request = new OrderRequest().addItemsItem(line).issuedCouponId(coupon.getId());
    Order order = orders.placeOrder("order", request, null, null);
    expect(order.getSubtotal(), product.getPrice() * 2, "the subtotal");
    Order again = orders.placeOrder("order", request, null, null);
    expect(again.getId(), order.getId(), "the same key's order");

    PaymentRequest paying = new PaymentRequest().orderId(order.getId());
    Payment payment = new PaymentsApi(client).pay("payment", paying, null, null);
    expect(payment.getAmount(), order.getTotal(), "the payment");
    long left = charged.getBalance() - order.getTotal();
    expect(points.showPoints(null, null).getBalance(), left, "the balance");
    Order paid = orders.showOrder(order.getId(), null, null);
    expect(paid.getStatus(), OrderStatus.ORDER_STATUS_PAID, "the order's status");

    refused(new OrderRequest().addItemsItem(line).expectedTotal(1L), order.getSubtotal());
  }

  private void refused(OrderRequest dear, long total) throws Exception {
    try {
      orders.placeOrder("dear", dear, null, null);
    } catch (ApiException refused) {
      PlaceOrder409Response problem =
          ApiClient.createDefaultObjectMapper()
              .readValue(refused.getResponseBody(), PlaceOrder409Response.class);
      ProblemPRICECHANGED changed = problem.getProblemPRICECHANGED();
      expect(changed.getTotal(), total, "the total in the refusal");
      return;
    }
    throw new IllegalStateException("no refusal");
  }

  private static void expect(Object actual, Object expected, String what) {
    if (!actual.equals(expected)) {
      throw new IllegalStateException(what + ": " + actual + ", not " + expected);
    }
  }
}
