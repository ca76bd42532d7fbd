"""The walk-through by the generated Python client: BASE and TOKEN in the environment."""

import importlib
import os
import pkgutil

import shop

for module in pkgutil.walk_packages(shop.__path__, "shop."):
    importlib.import_module(module.name)


def expect(actual, expected, what):
    assert actual == expected, f"{what}: {actual}, not {expected}"


client = shop.ApiClient(shop.Configuration(host=os.environ["BASE"], access_token=os.environ["TOKEN"]))
orders, points = shop.OrdersApi(client), shop.PointsApi(client)

product = shop.ProductsApi(client).show_product(1)
charged = points.charge_points("charge", shop.ChargeRequest(amount=100000))
coupon = shop.CouponsApi(client).issue_coupon(1)

lines = [shop.LineRequest(product_id=product.id, quantity=2)]
request = shop.OrderRequest(items=lines, issued_coupon_id=coupon.id)
order = orders.place_order("order", request)
expect(order.subtotal, product.price * 2, "the subtotal")
expect(orders.place_order("order", request).id, order.id, "the same key's order")

payment = shop.PaymentsApi(client).pay("payment", shop.PaymentRequest(order_id=order.id))
expect(payment.amount, order.total, "the payment")
expect(points.show_points().balance, charged.balance - order.total, "the balance")
expect(orders.show_order(order.id).status, shop.OrderStatus.ORDER_STATUS_PAID, "the order's status")

try:
    orders.place_order("dear", shop.OrderRequest(items=lines, expected_total=1))
    raise AssertionError("no refusal")
except shop.ApiException as refused:
    problem = refused.data.actual_instance
    expect(problem.code, "PRICE_CHANGED", "the refusal")
    expect(problem.total, product.price * 2, "the total in the refusal")
