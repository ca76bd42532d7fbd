// Your first load test: ten people look at the same product for five seconds. Change a line and run it again.
//
//   k6 run src/k6/hello.js
import { check, sleep } from "k6";
import http from "k6/http";

export const options = { vus: 10, duration: "5s", thresholds: { checks: ["rate==1"] } };

export default function () {
  const answer = http.get(`${__ENV.BASE || "http://localhost:8080"}/api/v1/products/1`);
  check(answer, { "the product is shown": (it) => it.status === 200 && it.json("id") === 1 });
  sleep(0.5);
}
