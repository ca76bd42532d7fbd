// The invariant check after a scenario: what the development run finds with invariants.sql, this folder's list of
// every promise that spans rows. Against another shop run it there: psql -X -f src/k6/invariants.sql
import { check, fail } from "k6";
import http from "k6/http";
import { BASE } from "./shop.js";

export function checkInvariants() {
  const answer = http.get(`${BASE}/dev/invariants`, { tags: { name: "invariants" }, timeout: "60s" });
  if (answer.status === 401 || answer.status === 404) {
    if (!__ENV.JWT_SECRET) fail("no development run: give JWT_SECRET, and check with psql -X -f src/k6/invariants.sql");
    console.warn("no development run, so check now where the database is: psql -X -f src/k6/invariants.sql");
    return;
  }
  const broken = answer.status === 200 ? answer.json("broken") : [{ name: "the check itself", detail: answer.body }];
  broken.forEach((promise) => console.error(`broken: ${promise.name}: ${promise.detail}`));
  check(answer, { "every invariant holds in the database": () => broken.length === 0 });
}
