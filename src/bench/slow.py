#!/usr/bin/env python3
"""Slow clients, a third of each kind: slow.py PORT CLIENTS TOKENS; until SIGTERM

head: sends its request's headers, a byte every half second. body: the same with a body. unread: asks for the API's document
forty times, more than a kernel keeps, and reads nothing, with a window as small as can be. Who is cut off comes back at once.

Prints for each kind: its name, connections that were cut off, and the longest that one lasted, cut off or not, in seconds.
"""
import heapq, select, signal, socket, sys, time

PACE = 0.5
port, number, tokens = int(sys.argv[1]), int(sys.argv[2]), open(sys.argv[3]).read().split()
kinds = ("head", "body", "unread")
cut, longest = dict.fromkeys(kinds, 0), dict.fromkeys(kinds, 0.0)
poll, clients, due = select.epoll(), {}, []


def begin(kind, i):
    who = f"Host: shop\r\nAuthorization: Bearer {tokens[i % len(tokens)]}\r\n"
    if kind == "head":
        return f"POST /api/v1/orders HTTP/1.1\r\n{who}X: "
    if kind == "body":
        return (f"POST /api/v1/orders HTTP/1.1\r\n{who}Content-Type: application/json\r\nIdempotency-Key: slow-{i}\r\n"
                "Content-Length: 1000\r\n\r\n")
    return "GET /openapi.json HTTP/1.1\r\nHost: shop\r\n\r\n" * 40


def connect(kind, i):
    s = socket.socket()
    if kind == "unread":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    s.connect(("127.0.0.1", port))
    s.setblocking(False)
    clients[s.fileno()] = (s, kind, i, time.monotonic())
    # A reset is told without being asked for; the end of a stream that is read is not.
    poll.register(s.fileno(), 0 if kind == "unread" else select.EPOLLRDHUP)
    if send(s, begin(kind, i)) and kind != "unread":
        heapq.heappush(due, (time.monotonic() + PACE, s.fileno(), s))


def send(s, text):
    try:
        s.send(text.encode())
        return True
    except OSError:
        return False


def gone(fd):
    s, kind, i, since = clients.pop(fd)
    cut[kind] += 1
    longest[kind] = max(longest[kind], time.monotonic() - since)
    poll.unregister(fd)
    s.close()
    connect(kind, i)


def stop(*_):
    raise SystemExit


signal.signal(signal.SIGTERM, stop)
try:
    for i in range(number):
        connect(kinds[i % 3], i)
    print("begun", flush=True)
    while True:
        for fd, _ in poll.poll(0.05):
            gone(fd)
        while due and due[0][0] <= time.monotonic():
            at, fd, s = heapq.heappop(due)
            if clients.get(fd, (None,))[0] is s:
                send(s, " ")
                heapq.heappush(due, (at + PACE, fd, s))
finally:
    for s, kind, i, since in clients.values():
        longest[kind] = max(longest[kind], time.monotonic() - since)
    for kind in kinds:
        print(kind, cut[kind], f"{longest[kind]:.1f}", flush=True)
