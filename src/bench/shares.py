#!/usr/bin/env python3
"""Who the shop's CPU time belongs to, as JFR sampled it: shares.py JFR-COMMAND RECORDING

A sample belongs to the innermost frame whose owner is known; what the JDK, Reactor's operators and Netty's utilities do is
done for whoever called them. Threads that wait for events are left out. The JVM's own (GC, compiler) are not sampled.
"""
import collections, re, subprocess, sys

OWNERS = [
    ("sockets", r"io\.netty\.channel"),
    ("HTTP codec", r"io\.netty\.handler"),
    ("reactor-netty", r"reactor\.netty"),
    ("Spring", r"org\.springframework"),
    ("metrics", r"io\.micrometer|io\.prometheus"),
    ("JSON", r"tools\.jackson"),
    ("caches", r"com\.github\.benmanes"),
    ("limits", r"io\.github\.bucket4j|dev\.firstcome\.http\.admission"),
    ("Redis driver", r"io\.lettuce"),
    ("PostgreSQL driver", r"io\.r2dbc"),
    ("the shop's HTTP", r"dev\.firstcome\.http"),
    ("lanes", r"dev\.firstcome\.engine\.lane"),
    ("the other rooms", r"dev\.firstcome"),
]

def owner(frames):
    for frame in frames:
        for name, pattern in OWNERS:
            if re.match(pattern, frame):
                return name
    return "else"

printed = subprocess.run(
    [sys.argv[1], "print", "--stack-depth", "64", "--events", "jdk.ExecutionSample,jdk.NativeMethodSample", sys.argv[2]],
    capture_output=True, text=True, check=True).stdout
samples = [re.findall(r"^\s+([\w.$/]+\.[\w$<>]+)\(", event, re.M) for event in re.split(r"jdk\.\w+Sample \{", printed)[1:]]
owners = collections.Counter(owner(frames) for frames in samples if frames and not re.search("epollWait|park|EPoll.wait", frames[0]))
total = sum(owners.values()) or 1
print(" · ".join(f"{name} {100 * number // total} %" for name, number in owners.most_common()), f"({total} samples)")
