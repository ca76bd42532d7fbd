#!/usr/bin/env python3
"""Sends requests at a fixed rate, whatever becomes of them: arrivals.py PORT RATE SECONDS KIND TARGET RUN TOKENS BODIES

A latency counts from the moment at which a request was due, not from when a connection was free for it, so that a stall
is felt by all who came meanwhile (no coordinated omission). KIND is coupon, order or pay, as in requests.lua. With
ENDING=keep (the default) connections are used again; with ENDING=close each request has one of its own, closed after the
answer; with ENDING=hangup it is closed as soon as the request is sent, every other time by a reset.

Prints: requests sent, good answers, other ends, and in milliseconds p50, p99, p99.9.
"""
import gc, os, select, socket, struct, sys, time
from collections import deque

TICK = 0.0005  # how long it sleeps at most, and so how much too long it may find a latency
PATIENCE = 10  # seconds that it waits for the last answers

port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
kind, target, run, token_file, body_file = sys.argv[4:9]
ending = os.environ.get("ENDING", "keep")
connections = int(os.environ.get("CONNECTIONS", "256"))
total = max(1, int(rate * seconds))


def requests():
    tokens = open(token_file).read().split()
    bodies = open(body_file).read().split() if kind == "pay" else []
    for i in range(total):
        body, path = "", f"/api/v1/coupons/{int(target) + i // len(tokens)}/issue"
        if kind == "order":
            body, path = '{"items":[{"productId":%s,"quantity":1}]}' % target, "/api/v1/orders"
        elif kind == "pay":
            body, path = '{"orderId":"%s"}' % bodies[i], "/api/v1/payments"
        key = f"Content-Type: application/json\r\nIdempotency-Key: {run}-{i}\r\n" if body else ""
        yield (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {tokens[(i + 1) % len(tokens)]}\r\n"
               f"{key}Content-Length: {len(body)}\r\n\r\n{body}").encode()


def connect():
    s = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.setblocking(False)
    return s


def whole(answer):
    head, gap, body = answer.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return gap and len(body) >= int(length or 0)


def hang_up(s, number):
    if number % 2:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


queue = list(requests())
gc.disable()
poll = select.epoll()
free = deque(connect() for _ in range(connections)) if ending == "keep" else deque()
waiting = {}  # by file number: connection, when its request was due, what has come of the answer
latencies, good, bad, sent = [], 0, 0, 0
start = time.perf_counter()
while True:
    now = time.perf_counter()
    due = min(total, int((now - start) * rate) + 1)
    while sent < due and (ending != "keep" or free):
        s = free.popleft() if ending == "keep" else connect()
        s.send(queue[sent])
        if ending == "hangup":
            hang_up(s, sent)
        else:
            waiting[s.fileno()] = [s, start + sent / rate, b""]
            poll.register(s.fileno(), select.EPOLLIN)
        sent += 1
    for fd, _ in poll.poll(0) if waiting else ():
        s, since, before = one = waiting[fd]
        try:
            part = s.recv(65536)
        except ConnectionError:
            part = b""
        one[2] = answer = before + part
        if part and not whole(answer):
            continue
        latencies.append(time.perf_counter() - since)
        success = answer.startswith(b"HTTP/1.1 2")
        good, bad = good + success, bad + (not success)
        poll.unregister(fd)
        del waiting[fd]
        if ending == "keep" and part:
            free.append(s)
        else:
            s.close()
    if sent == total and not waiting or now - start > seconds + PATIENCE:
        break
    time.sleep(TICK)

latencies += [PATIENCE] * (len(waiting) + total - sent)
latencies.sort()
percentile = lambda p: 1000 * latencies[min(len(latencies) - 1, int(len(latencies) * p))] if latencies else 0
print(sent, good, bad + len(waiting) + total - sent, *(f"{percentile(p):.2f}" for p in (0.5, 0.99, 0.999)))
