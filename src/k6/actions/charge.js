import { RUN, send } from "../shop.js";

// Points for a user. The same amount is the same request, however often it is sent.
export function charge(user, amount, { sender = send, ...others } = {}) {
  return sender("PATCH", "/points", {
    token: user.token,
    key: `charge-${RUN}-${amount}`,
    body: { amount },
    name: "charge",
    ...others,
  });
}
