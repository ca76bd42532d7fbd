#!/usr/bin/env bash
# Two instances of the shop, PostgreSQL and Redis as processes, load over HTTP, and faults: kill -9, SIGSTOP, slow,
# torn and silent wires, lost and old Redis data. Afterwards every client's own record of its answers, and every
# invariant, is held against the database. src/docs/guarantees.md says what came of it.
#
#   src/test/check faults                   50 seeds, each a plan of one to three faults
#   SEEDS=2 src/test/check faults           the first two
#   SEED=7 src/test/check faults            that one; with SEEDS=3, from that one on
#   BLOCKHOUND=1 SEED=7 src/test/check faults   with BlockHound in the instances
#   src/test/check faults rolling           instance after instance restarted, also on an expanded schema: a minute
#   src/test/check faults failover          the primary of two PostgreSQL killed, the standby promoted: a minute
#   src/test/check faults replica           a replica for reads, paused and killed: half a minute
#   src/test/check faults redis             Redis killed and flushed under a steady load: goodput by the second
#
# The exit code is 0 if there is no violation. The instances' logs are in target/faults.
set -euo pipefail

exec ./mvnw -B -q -DskipTests -Derrorprone.skip package spring-boot:test-run \
  -Dspring-boot.run.main-class=dev.firstcome.faults.FaultRun \
  -Dspring-boot.run.jvmArguments=-Xmx768m \
  -Dspring-boot.run.arguments="${1:-}"
