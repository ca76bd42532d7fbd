import { send } from "../shop.js";

// An order is taken back, paid or not.
export function cancel(user, orderId) {
  return send("POST", `/orders/${orderId}/cancel`, { token: user.token, name: "cancel" });
}
