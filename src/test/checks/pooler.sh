#!/usr/bin/env bash
# The race tests, and others that PostgreSQL decides, with a PgBouncer in transaction mode between the shop and PostgreSQL:
# every transaction may run on another connection, and there are fewer of them than the shop's pool has.
#
#   src/test/check pooler
#   TESTS=PaymentIT src/test/check pooler
#
# PgBouncer is the one on the PATH, or Debian's, taken out of its package: installing that would start one. Exit code 75:
# there is none to be had.
set -euo pipefail
tests=${TESTS:-OrderRaceIT,CouponRaceIT,PaymentIT,PointIT,OrderLifeIT,CartCleanerIT,DatabaseIT}
folder=$PWD/target/pooler

find_pooler() {
  if type -P pgbouncer; then return; fi
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  rm -rf "$folder" && mkdir -p "$folder"
  fetch() { (cd "$folder" && timeout 60 apt-get download pgbouncer libc-ares2 libevent-2.1-7) >&2; }
  fetch || { [ "$(id -u)" -eq 0 ] && timeout 60 apt-get update >&2 && fetch; } || return 1
  local package
  for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$folder"; done
  echo "$folder/usr/sbin/pgbouncer"
}

FIRSTCOME_POOLER=$(find_pooler) || { echo "pooler: PgBouncer is not installed, and Debian's package cannot be had here" >&2; exit 75; }
export FIRSTCOME_POOLER FIRSTCOME_SERVERS=embedded
# Its own libraries, if it came without installing.
for libraries in "$folder"/usr/lib/*/; do
  [ ! -d "$libraries" ] || export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
"$FIRSTCOME_POOLER" --version | head -n 1
exec ./mvnw -B -ntp -q verify -Dit.test="$tests"
