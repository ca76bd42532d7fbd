#!/usr/bin/env python3
"""Prints how many milliseconds passed until a product was asked for and answered: first-answer.py PORT SINCE-MS PID"""
import sys, time, urllib.error, urllib.request

port, since, pid = sys.argv[1], int(sys.argv[2]), sys.argv[3]
end = time.time() + 300
while time.time() < end:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/products/1", timeout=10).read()
    except urllib.error.HTTPError as answer:
        if answer.code != 404:
            raise
    except OSError:
        if open(f"/proc/{pid}/stat").read().rpartition(") ")[2][0] == "Z":
            sys.exit("the shop has ended")
        time.sleep(0.01)
        continue
    print(int(time.time() * 1000) - since)
    sys.exit()
sys.exit("no answer within five minutes")
