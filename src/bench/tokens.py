#!/usr/bin/env python3
"""Writes one HS256 bearer token a line, for users u0, u1 …: tokens.py SECRET COUNT"""
import base64, hashlib, hmac, json, sys, time

secret, count = sys.argv[1].encode(), int(sys.argv[2])


def part(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


head = part(b'{"alg":"HS256","typ":"JWT"}')
expiry = int(time.time()) + 6 * 3600
for i in range(count):
    claims = part(json.dumps({"sub": f"u{i}", "scope": "", "exp": expiry}).encode())
    signed = head + b"." + claims
    signature = part(hmac.new(secret, signed, hashlib.sha256).digest())
    print((signed + b"." + signature).decode())
