import { RUN, send } from "../shop.js";

// One payment of an order. Another attempt is another request, with another key.
export function pay(user, orderId, attempt = 1, { sender = send, ...others } = {}) {
  return sender("POST", "/payments", {
    token: user.token,
    key: `payment-${RUN}-${attempt}`,
    body: { orderId },
    name: "pay",
    ...others,
  });
}
