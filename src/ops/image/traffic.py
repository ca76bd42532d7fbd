#!/usr/bin/env python3
"""Asks a shop of everything that customers ask for, and checks every answer: traffic.py BASE SECRET SECONDS

Trains the AOT cache, and tries a shop that somebody has just brought up. It makes its own products, campaign and users
under fresh names. SECRET is the shop's HS256 secret.
"""
import base64, hashlib, hmac, http.client, json, sys, threading, time, urllib.parse, uuid

BASE, SECRET, SECONDS = urllib.parse.urlsplit(sys.argv[1]), sys.argv[2].encode(), float(sys.argv[3])
THREADS, PRODUCTS, PRICE, TIMEOUT = 16, 10, 1000, 15
RUN = uuid.uuid4().hex[:12]
requests, failures = [0] * THREADS, []


def token(user, scope=""):
    def part(raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    claims = {"sub": user, "scope": scope, "exp": int(time.time()) + 3600}
    signed = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (signed + b"." + part(hmac.new(SECRET, signed, hashlib.sha256).digest())).decode()


class Client:
    """One connection, one user at a time."""

    def __init__(self, number):
        self.number, self.connection, self.headers = number, None, {}

    def become(self, user, scope="", language="en"):
        self.headers = {"Authorization": "Bearer " + token(user, scope), "Accept-Language": language}

    def ask(self, expected, method, path, body=None, key=None, headers=None):
        sent = {**self.headers, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if key:
            sent["Idempotency-Key"] = key
        if self.connection is None:
            self.connection = http.client.HTTPConnection(BASE.hostname, BASE.port, timeout=TIMEOUT)
        self.connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = self.connection.getresponse()
        text = answer.read()
        requests[self.number] += 1
        if answer.status != expected:
            raise AssertionError(f"{method} {path}: {answer.status} instead of {expected}: {text[:500]!r}")
        return json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text


def api(path):
    return "/api/v1" + path


def supply():
    admin = Client(0)
    admin.become("admin-" + RUN, "admin")
    products = [
        admin.ask(201, "POST", api("/admin/products"),
                  {"name": f"training {RUN} {i}", "price": PRICE, "stock": 1_000_000 if i else 1, "onSale": True})["id"]
        for i in range(PRODUCTS + 1)]
    admin.ask(200, "POST", api("/admin/stock-adjustments"),
              {"items": [{"productId": id, "delta": 1} for id in products[1:]], "reason": "training"}, key="training-" + RUN)
    day = lambda days: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400))
    campaign = admin.ask(201, "POST", api("/admin/coupons"), {
        "name": "training " + RUN, "discount": {"type": "FIXED", "value": 100}, "minOrderAmount": 0,
        "totalQuantity": 1_000_000, "issuableFrom": day(-1), "issuableUntil": day(1), "validUntil": day(2)})["id"]
    admin.ask(200, "GET", api("/admin/consistency"))
    admin.ask(200, "GET", api("/admin/events"))
    return products[0], products[1:], campaign


def look_around(client, product, campaign):
    client.ask(200, "GET", api("/products?limit=20"))
    client.ask(200, "GET", api(f"/products/{product}"))
    client.ask(200, "GET", api("/products/popular"))
    client.ask(200, "GET", api("/coupons"))
    client.ask(200, "GET", api(f"/coupons/{campaign}"))


def buy(client, product, other, campaign):
    for _ in range(2):
        client.ask(200, "PATCH", api("/points"), {"amount": 100_000}, "charge")
    coupon = client.ask(201, "POST", api(f"/coupons/{campaign}/issue"))["id"]
    client.ask(200, "POST", api(f"/coupons/{campaign}/issue"))
    client.ask(201, "POST", api("/cart/items"), {"productId": product, "quantity": 1})
    client.ask(200, "PUT", api(f"/cart/items/{product}"), {"quantity": 2})
    client.ask(200, "GET", api("/cart"))
    lines = [{"productId": product, "quantity": 2}, {"productId": other, "quantity": 1}]
    for _ in range(2):
        order = client.ask(201, "POST", api("/orders"), {"items": lines, "issuedCouponId": coupon}, "order")
    for _ in range(2):
        payment = client.ask(201, "POST", api("/payments"), {"orderId": order["id"]}, "payment")
    client.ask(200, "GET", api("/orders/" + order["id"]))
    client.ask(200, "GET", api("/payments/" + payment["id"]))


def change_ones_mind(client, product):
    order = client.ask(201, "POST", api("/orders"), {"items": [{"productId": product, "quantity": 1}]}, "second")
    client.ask(200, "POST", api(f"/orders/{order['id']}/cancel"))
    client.ask(204, "DELETE", api("/cart"))


def look_back(client):
    for path in ("/orders", "/points", "/points/history", "/issued-coupons"):
        client.ask(200, "GET", api(path))


def be_refused(client, scarce):
    client.ask(409, "POST", api("/orders"), {"items": [{"productId": scarce, "quantity": 2}]}, "scarce")
    client.ask(400, "POST", api("/orders"), {"items": "none"}, "third")
    client.ask(404, "GET", api("/orders/" + str(uuid.uuid4())))
    client.ask(401, "GET", api("/orders"), headers={"Authorization": "Bearer nobody"})


def shop(number, scarce, products, campaign, end):
    client, turn = Client(number), 0
    try:
        while time.time() < end:
            product, other = products[turn % PRODUCTS], products[(turn + 1 + number % 3) % PRODUCTS]
            client.become(f"{RUN}-{number}-{turn}", language=("en", "ko")[turn % 2])
            look_around(client, product, campaign)
            buy(client, product, other, campaign)
            change_ones_mind(client, other)
            look_back(client)
            be_refused(client, scarce)
            if turn % 20 == 0:
                client.ask(200, "GET", "/actuator/health/readiness")
                client.ask(200, "GET", "/actuator/prometheus")
                client.ask(200, "GET", "/openapi.json")
            turn += 1
    except Exception as e:
        failures.append(f"{type(e).__name__}: {e}")


supplied, start = supply(), time.time()
threads = [threading.Thread(target=shop, args=(n, *supplied, start + SECONDS)) for n in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if failures:
    sys.exit(f"{len(failures)} of {THREADS} customers were let down. The first: {failures[0]}")
print(f"{sum(requests)} requests in {time.time() - start:.0f} s, every answer as it should be")
