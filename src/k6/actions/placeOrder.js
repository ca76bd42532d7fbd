import { RUN, send } from "../shop.js";

// One order of this run by a user, however often it is sent. Another attempt is another order.
export function placeOrder(user, items, issuedCouponId, { sender = send, attempt = "", ...others } = {}) {
  return sender("POST", "/orders", {
    token: user.token,
    key: `order-${RUN}${attempt}`,
    body: issuedCouponId ? { items, issuedCouponId } : { items },
    name: "place order",
    ...others,
  });
}
