"""Watches one stream over many connections: watchers.py PORT PATH NUMBER. Until SIGTERM; then prints how many events came."""
import selectors
import signal
import socket
import sys

port, path, number = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
selector = selectors.DefaultSelector()
request = f"GET {path} HTTP/1.1\r\nHost: shop\r\nAccept: text/event-stream\r\n\r\n".encode()
events, over = 0, False


def stop(*_):
    global over
    over = True


signal.signal(signal.SIGTERM, stop)
for i in range(number):
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(request)
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_READ)
while not over:
    for key, _ in selector.select(0.2):
        data = key.fileobj.recv(65536)
        if not data:
            sys.exit("a stream has ended")
        events += data.count(b"event: ")
print(events)
