// The walk-through by the generated Go client: BASE and TOKEN in the environment.
package main

import (
	"context"
	"errors"
	"log"
	"os"

	shop "example.org/firstcome/client"
)

func expect(actual, expected any, what string) {
	if actual != expected {
		log.Fatalf("%s: %v, not %v", what, actual, expected)
	}
}

func must[T any](answer T, response any, err error) T {
	if err != nil {
		log.Fatal(err, response)
	}
	return answer
}

func main() {
	configuration := shop.NewConfiguration()
	configuration.Servers = shop.ServerConfigurations{{URL: os.Getenv("BASE")}}
	client := shop.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), shop.ContextAccessToken, os.Getenv("TOKEN"))

	product := must(client.ProductsAPI.ShowProduct(ctx, 1).Execute())
	charged := must(client.PointsAPI.ChargePoints(ctx).IdempotencyKey("charge").
		ChargeRequest(*shop.NewChargeRequest(100000)).Execute())
	coupon := must(client.CouponsAPI.IssueCoupon(ctx, 1).Execute())

	lines := []shop.LineRequest{*shop.NewLineRequest(product.Id, 2)}
	request := shop.NewOrderRequest(lines)
	request.SetIssuedCouponId(coupon.Id)
	order := must(client.OrdersAPI.PlaceOrder(ctx).IdempotencyKey("order").OrderRequest(*request).Execute())
	expect(order.Subtotal, product.Price*2, "the subtotal")
	again := must(client.OrdersAPI.PlaceOrder(ctx).IdempotencyKey("order").OrderRequest(*request).Execute())
	expect(again.Id, order.Id, "the same key's order")

	payment := must(client.PaymentsAPI.Pay(ctx).IdempotencyKey("payment").
		PaymentRequest(*shop.NewPaymentRequest(order.Id)).Execute())
	expect(payment.Amount, order.Total, "the payment")
	expect(must(client.PointsAPI.ShowPoints(ctx).Execute()).Balance, charged.Balance-order.Total, "the balance")
	expect(must(client.OrdersAPI.ShowOrder(ctx, order.Id).Execute()).Status, shop.ORDER_STATUS_PAID, "the order's status")

	dear := shop.NewOrderRequest(lines)
	dear.SetExpectedTotal(1)
	_, _, err := client.OrdersAPI.PlaceOrder(ctx).IdempotencyKey("dear").OrderRequest(*dear).Execute()
	var refused *shop.GenericOpenAPIError
	if !errors.As(err, &refused) {
		log.Fatal("no refusal: ", err)
	}
	problem, known := refused.Model().(shop.PlaceOrder409Response)
	if !known || problem.ProblemPRICECHANGED == nil {
		log.Fatalf("another refusal: %s", refused.Body())
	}
	expect(problem.ProblemPRICECHANGED.Total, product.Price*2, "the total in the refusal")
}
