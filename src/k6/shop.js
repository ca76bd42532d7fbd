// Where the shop is, and who asks. BASE is its address; with JWT_SECRET tokens are signed here, without it the
// development run hands them out.
import { b64encode } from "k6/encoding";
import { hmac } from "k6/crypto";
import { fail } from "k6";
import exec from "k6/execution";
import http from "k6/http";

export const BASE = __ENV.BASE || "http://localhost:8080";
export const API = `${BASE}/api/v1`;

// Names no request of an earlier run on the same shop. Each VU has its own, unless RUN is given.
export const RUN = __ENV.RUN || Date.now().toString(36);

// A refusal is an answer; only these are failures of the shop.
http.setResponseCallback(http.expectedStatuses({ min: 200, max: 499 }));

export function token(userId, scopes = []) {
  if (__ENV.JWT_SECRET) {
    return sign({ sub: userId, scope: scopes.join(" "), exp: Math.floor(Date.now() / 1000) + 3600 });
  }
  const answer = http.post(`${BASE}/dev/tokens`, JSON.stringify({ userId, scopes }), {
    headers: { "Content-Type": "application/json" },
    tags: { name: "token" },
  });
  if (answer.status !== 200) {
    fail(`no token from ${BASE}/dev/tokens (${answer.status}): set JWT_SECRET if this is not a development run`);
  }
  return answer.json("token");
}

function sign(claims) {
  const part = (object) => b64encode(JSON.stringify(object), "rawurl");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${hmac("sha256", __ENV.JWT_SECRET, signed, "base64rawurl")}`;
}

// Sends as the owner of the token. `name` groups the measurements; `key` is the Idempotency-Key; what else is given are
// k6's parameters of a request.
export function send(method, path, options) {
  const { url, body, params } = request(method, path, options);
  return http.request(method, url, body, params);
}

// The same request so many times at once.
export function sendTogether(times, method, path, options) {
  return http.batch(Array.from({ length: times }, () => ({ method, ...request(method, path, options) })));
}

function request(method, path, { token, body, key, name, ...others }) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  return { url: API + path, body: body ? JSON.stringify(body) : null, params: { headers, tags: { name }, ...others } };
}

// Status and code, such as "409 COUPON_SOLD_OUT"; only the status of a good answer.
export function outcome(answer) {
  return answer.status < 400 ? `${answer.status}` : `${answer.status} ${answer.json("code")}`;
}

// A user of this run: each iteration is somebody else.
export function newcomer() {
  const userId = `k6-${RUN}-${exec.scenario.name}-${exec.scenario.iterationInTest}`;
  return { userId, token: token(userId) };
}
