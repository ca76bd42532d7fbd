import { send } from "../shop.js";

// One coupon of a campaign, first come first served.
export function issueCoupon(user, couponId, { sender = send, ...others } = {}) {
  return sender("POST", `/coupons/${couponId}/issue`, { token: user.token, name: "issue coupon", ...others });
}
