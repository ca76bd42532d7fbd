import { RUN, send } from "../shop.js";

// One order of this run by a user, however often it is sent.
export function placeOrder(user, items, issuedCouponId, { sender = send, ...others } = {}) {
  return sender("POST", "/orders", {
    token: user.token,
    key: `order-${RUN}`,
    body: issuedCouponId ? { items, issuedCouponId } : { items },
    name: "place order",
    ...others,
  });
}
