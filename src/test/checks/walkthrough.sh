#!/usr/bin/env bash
# Runs the commands of README and guide as they stand, twice, and checks each answer against the one that is printed there.
# Its own shop must start and answer without a stack trace.
#
#   src/test/check walkthrough                          against a fresh shop of its own
#   BASE=http://localhost:8080 src/test/check walkthrough   against one that runs
#
# Between a page's two walk-through markers, a ```bash block is run in one shell that all blocks share, and the
# ```http or ```text block after it is what its output must contain, in that order; … stands for anything.
set -euo pipefail
[ -n "${BASE:-}" ] || QUIET=true exec src/test/check with-shop src/test/check walkthrough

block='' command='' kind='' output='' ran=0 checked=0

fail() {
  printf 'walkthrough: %s\n' "$*" >&2
  exit 1
}

# Runs the command in this very shell, so that what it sets is there for the next one.
run() {
  local file
  file=$(mktemp)
  eval "$command" >"$file" 2>&1 </dev/null || fail "this failed: $command $(cat "$file")"
  # Else a terminal shows its prompt in the same line.
  [ -z "$(tail -c 1 "$file")" ] || fail "this answer does not end its last line: $command"
  output=$(tr -d '\r' <"$file")
  rm -f "$file"
}

# Says what of the block the output does not have.
missing() {
  local rest=$output part
  while IFS= read -r part; do
    case $rest in
      *"$part"*) rest=${rest#*"$part"} ;;
      *) echo "$part"; return ;;
    esac
  done <<<"${block//…/$'\n'}"
}

# What follows an order or a payment follows it after a moment: a command that only reads is asked again.
check() {
  local lacks end=$((SECONDS + 20))
  while lacks=$(missing) && [ -n "$lacks" ]; do
    [[ $command != *' -X '* ]] && [ "$SECONDS" -lt "$end" ] || { echo "$output"; fail "not in this answer: $lacks"; }
    sleep 0.5
    run
  done
  printf '%s\n\n' "$output"
  checked=$((checked + 1))
}

# The second time is somebody else's, and answered alike.
for _ in 1 2; do
  while IFS= read -r line; do
    case $kind:$line in
      :'```bash' | :'```http' | :'```text') kind=${line#'```'} block='' ;;
      bash:'```') command=$block kind='' ran=$((ran + 1)); sed 's/^/> /' <<<"${command%$'\n'}"; run ;;
      http:'```' | text:'```') check; kind='' ;;
      :*) ;;
      *) block+=$line$'\n' ;;
    esac
  done < <(sed -n '/^<!-- walk-through: begin -->/,/^<!-- walk-through: end -->/p' README.md src/docs/guide.md)
done

[ "$ran" -ge 30 ] && [ "$checked" -ge 28 ] || fail "only $ran commands and $checked answers: are the pages whole?"
echo "walkthrough: $ran commands, each answered as the pages say"
