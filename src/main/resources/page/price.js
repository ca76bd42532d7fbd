// What a cart will cost: the shop's own rules, so that it can be said before it is asked.
import { now } from './clock.js';

/** What a coupon takes off, in won. */
export function discountOf({ type, value, maxAmount }, subtotal) {
  const full = type === 'FIXED' ? value : Math.floor(subtotal * value / 100);
  return Math.min(full, maxAmount ?? full, subtotal);
}

/** Why an issued coupon cannot be used for it, as a word, or null. */
export function obstacle(coupon, campaign, subtotal) {
  if (coupon.status !== 'ISSUED') return coupon.status;
  if (Date.parse(coupon.validUntil) <= now()) return 'EXPIRED';
  if (!campaign) return 'UNKNOWN';
  return subtotal < campaign.minOrderAmount ? 'BELOW_MINIMUM' : null;
}

/**
 * Every coupon with what it takes off, the best first, those that cannot be used last.
 *
 * @param campaignOf by the id of a campaign
 */
export function offers(coupons, campaignOf, subtotal) {
  return coupons
    .filter(coupon => coupon.status === 'ISSUED')
    .map(coupon => {
      const campaign = campaignOf(coupon.couponId);
      const why = obstacle(coupon, campaign, subtotal);
      return { coupon, campaign, why, off: why ? 0 : discountOf(campaign.discount, subtotal) };
    })
    .sort((a, b) => b.off - a.off || a.coupon.id.localeCompare(b.coupon.id));
}
