#!/usr/bin/env python3
"""An administrator at the desk: desk.py search PORT SECRET USERS PAGES, or desk.py export PORT SECRET ENTRIES"""
import base64, hashlib, hmac, http.client, json, random, sys, time

what, port, secret = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()


def part(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


signed = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(
    json.dumps({"sub": "desk", "scope": "admin", "exp": int(time.time()) + 3600}).encode())
token = (signed + b"." + part(hmac.new(secret, signed, hashlib.sha256).digest())).decode()
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def get(path):
    connection.request("GET", "/api/v1/admin" + path, headers={"Authorization": "Bearer " + token})
    return connection.getresponse()


def page(query):
    """How long it took in ms, the orders, and the next cursor."""
    start = time.perf_counter()
    answer = get("/orders?limit=20&" + query)
    body = json.loads(answer.read())
    took = (time.perf_counter() - start) * 1000
    assert answer.status == 200, body
    return took, body["items"], body.get("nextCursor")


def shown(times):
    times.sort()
    return f"{times[len(times) // 2]:.1f} · {times[len(times) * 99 // 100]:.1f}"


def search(users, pages):
    def user():
        return f"userId=u{random.randrange(users)}"

    def product():
        return f"productId={random.randrange(2, 1000)}"

    filters = {
        "none": lambda: "",
        "a user": user,
        "a product": product,
        "the product of half of all orders": lambda: "productId=1",
        "the drop of half of all orders": lambda: "dropId=1",
        "PAID, nearly all": lambda: "status=PAID",
        "EXPIRED, one in a hundred": lambda: "status=EXPIRED",
        "REFUNDED, one in a thousand": lambda: "status=REFUNDED",
        "PENDING, none": lambda: "status=PENDING",
        "a user, REFUNDED": lambda: user() + "&status=REFUNDED",
        "a user, a product": lambda: user() + "&productId=1",
        "a product, EXPIRED": lambda: product() + "&status=EXPIRED",
        "the large drop, REFUNDED": lambda: "dropId=1&status=REFUNDED",
        "the large drop, a product that is not in it": lambda: "dropId=1&productId=7",
    }
    print("| orders of | first page, ms: p50 · p99 | rows | pages after it | rows |")
    print("|---|---|---|---|---|")
    for name, query in filters.items():
        for _ in range(20):
            page(query())
        first = [page(query()) for _ in range(pages)]
        deep, wanted, cursor = [], query(), None
        for _ in range(pages):
            took, items, cursor = page(wanted + (f"&cursor={cursor}" if cursor else ""))
            deep.append((took, items))
            if not cursor:
                wanted = query()
        rows = [sum(len(one[1]) for one in some) / len(some) for some in (first, deep)]
        print(f"| {name} | {shown([one[0] for one in first])} | {rows[0]:.1f} "
              f"| {shown([one[0] for one in deep])} | {rows[1]:.1f} |", flush=True)


def export(entries):
    """All entries once, in any order, whatever pages they come in."""
    seen, after, start = set(), None, time.perf_counter()
    while True:
        answer = get("/exports/ledger" + (f"?after={after}" if after else ""))
        assert answer.status == 200, answer.read()
        before = len(seen)
        for line in answer:
            entry = json.loads(line)
            seen.add(entry["id"])
            after = entry["position"]
        if len(seen) == before:
            break
    took = time.perf_counter() - start
    assert len(seen) >= entries, f"{len(seen)} of {entries}"
    print(f"A shop of -Xmx160m exported {len(seen)} ledger entries in {took:.1f} s.")


if what == "search":
    search(int(sys.argv[4]), int(sys.argv[5]))
else:
    export(int(sys.argv[4]))
