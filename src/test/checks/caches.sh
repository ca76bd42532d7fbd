#!/usr/bin/env bash
# Caches in front: a real nginx that keeps everything for a minute unless told otherwise, and a real Varnish, show nobody what is not theirs or not true.
#
#   src/test/check caches                             against a fresh shop of its own
#   BASE=http://localhost:8080 src/test/check caches     against a development run
#
# Needs a C compiler, and nginx and varnishd: those on the PATH, or Debian's, taken out of their packages: installing those would start
# them. It also holds nginx's limit of connections for each address, as src/docs/http.md has it, against more of them. Exit code 75:
# they cannot be had.
set -euo pipefail
folder=$PWD/target/caches

fetch() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  rm -rf "$folder" && mkdir -p "$folder"
  download() { (cd "$folder" && timeout 60 apt-get -qq download nginx varnish libvarnishapi3 libjemalloc2 libedit2) >&2; }
  download || { [ "$(id -u)" -eq 0 ] && timeout 60 apt-get update >&2 && download; } || return 1
  local package
  for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$folder"; done
}

command -v cc >/dev/null || { echo "caches: no C compiler here, which Varnish needs" >&2; exit 75; }
nginx=$(type -P nginx || true) varnishd=$(type -P varnishd || true)
if [ -z "$nginx" ] || [ -z "$varnishd" ]; then
  [ -x "$folder/usr/sbin/varnishd" ] || fetch || { echo "caches: no nginx or no varnishd here, and Debian's cannot be had" >&2; exit 75; }
  nginx=$folder/usr/sbin/nginx varnishd=$folder/usr/sbin/varnishd
fi
[ -n "${BASE:-}" ] || exec src/test/check with-shop src/test/check caches
# Their own libraries, if they came without installing.
for libraries in "$folder"/usr/lib/*-linux-gnu "$folder"/usr/lib/*-linux-gnu/varnish; do
  [ ! -d "$libraries" ] || export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done

shop=${BASE#http://} shop=${shop%/} work=$(mktemp -d "${TMPDIR:-/tmp}/firstcome-caches.XXXXXX") pids=()
close() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$work"; }
trap close EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
fail() { echo "caches: $*" >&2; exit 1; }

nginx_port=$(free_port) varnish_port=$(free_port) most=20
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log stderr crit;
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path $work; proxy_temp_path $work/t; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
  proxy_cache_path $work/cache keys_zone=all:1m;
  limit_conn_zone \$binary_remote_addr zone=per_address:1m;
  server {
    listen 127.0.0.1:$nginx_port;
    limit_conn per_address $most; limit_conn_status 429;
    location / {
      proxy_pass http://$shop; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$http_host;
      proxy_cache all; proxy_cache_valid 200 404 409 1m; add_header X-Cache \$upstream_cache_status always;
    }
  }
}
CONF
"$nginx" -c "$work/nginx.conf" -p "$work" & pids+=($!)
"$varnishd" -F -j none -n "$work/varnish" -a "127.0.0.1:$varnish_port" -b "$shop" -s malloc,16m >"$work/varnish.log" 2>&1 & pids+=($!)
for port in "$nginx_port" "$varnish_port"; do
  curl -fs --retry 60 --retry-delay 1 --retry-all-errors -o "$work/first" "http://127.0.0.1:$port/api/v1/products?limit=1" || fail "nothing on port $port"
done

token() { curl -fs "$BASE/dev/tokens" -H 'Content-Type: application/json' -d "{\"userId\":\"$1\",\"scopes\":[${2:-}]}" | sed 's/.*"token":"\([^"]*\)".*/\1/'; }
of() { curl -s "$@" -H 'Accept: application/json'; }
name=$RANDOM$RANDOM a=$(token "cache-a-$name") b=$(token "cache-b-$name") admin=$(token root '"admin"')
api() { echo "http://127.0.0.1:$1/api/v1"; }

for port in "$nginx_port" "$varnish_port"; do
  door=$(api "$port") cache=$([ "$port" = "$nginx_port" ] && echo nginx || echo varnish)
  of -X PATCH "$door/points" -H "Authorization: Bearer $a" -H "Idempotency-Key: $port" -H 'Content-Type: application/json' -d '{"amount":5000}' >"$work/out"
  of "$door/points" -H "Authorization: Bearer $a" | grep -q "cache-a-$name" || fail "$cache: A does not read A's balance"
  of "$door/points" -H "Authorization: Bearer $b" | grep -q "cache-b-$name" || fail "$cache: B reads somebody else's balance"
  product=$(of "$door/admin/products" -H "Authorization: Bearer $admin" -H 'Content-Type: application/json' -d '{"name":"cached","price":0,"stock":1}' | sed 's/.*"id":\([0-9]*\).*/\1/')
  of "$door/products/$product" | grep -q '"stock":1' || fail "$cache: the product is not there"
  of "$door/orders" -H "Authorization: Bearer $a" -H "Idempotency-Key: o$port" -H 'Content-Type: application/json' -d "{\"items\":[{\"productId\":$product,\"quantity\":1}]}" >"$work/out"
  of "$door/products/$product" | grep -q '"stock":0' || fail "$cache: still for sale after the sell-out"
  of "$door/products/999999999" -H 'Accept-Language: ko' | grep -q '상품' || fail "$cache: no Korean refusal"
  of "$door/products/999999999" -H 'Accept-Language: en' | grep -q 'There is no' || fail "$cache: an English reader gets the Korean refusal"
  of "$door/products?limit=1" >"$work/out"; sleep 2.1
  of "$door/products?limit=1" >"$work/again"; of "$BASE/api/v1/products?limit=1" | cmp -s - "$work/again" || fail "$cache: the list is older than a second"
  echo "caches: $cache shows everybody what is theirs, and true"
done

streams=()
for i in $(seq $((most + 5))); do
  curl -s -m 5 -o "$work/s$i" -w '%{http_code}\n' "$(api "$nginx_port")/products/popular/stream" >"$work/code$i" & streams+=($!)
done
for pid in "${streams[@]}"; do wait "$pid" || true; done
refused=$(cat "$work"/code* | grep -c '^429' || true)
[ "$refused" -eq 5 ] || fail "nginx refused $refused of $((most + 5)) connections, not 5"
echo "caches: nginx refuses what one address has beyond $most connections"
