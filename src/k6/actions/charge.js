import { RUN, send } from "../shop.js";

// Points for a user.
export function charge(user, amount) {
  return send("PATCH", "/points", {
    token: user.token,
    key: `charge-${RUN}-${amount}`,
    body: { amount },
    name: "charge",
  });
}
