import { fail } from "k6";
import { RUN, send, token } from "../shop.js";

// A product and a campaign that nobody has seen yet, by an administrator.
export function openDrop(stock, coupons) {
  const admin = token("k6-admin", ["admin"]);
  const hour = 3600 * 1000;
  const at = (offset) => new Date(Date.now() + offset).toISOString();
  const product = made(
    send("POST", "/admin/products", {
      token: admin,
      body: { name: `Drop ${RUN}`, price: 10000, stock },
      name: "create product",
    }),
  );
  const campaign = made(
    send("POST", "/admin/coupons", {
      token: admin,
      body: {
        name: `Drop ${RUN}`,
        discount: { type: "FIXED", value: 1000 },
        totalQuantity: coupons,
        issuableFrom: at(-hour),
        issuableUntil: at(hour),
        validUntil: at(2 * hour),
      },
      name: "create campaign",
    }),
  );
  return { productId: product.id, couponId: campaign.id };
}

function made(answer) {
  if (answer.status !== 201) {
    fail(`the drop cannot be opened: ${answer.status} ${answer.body}`);
  }
  return answer.json();
}
