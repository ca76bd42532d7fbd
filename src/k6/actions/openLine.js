import { fail } from "k6";
import { RUN, send, token } from "../shop.js";

// A product in a drop of its own that opens in so many seconds, with a line in front, by an administrator.
export function openLine(stock, seconds, line) {
  const admin = token("k6-admin", ["admin"]);
  const create = (path, body) => {
    const answer = send("POST", path, { token: admin, body, name: "create drop" });
    if (answer.status !== 201) fail(`the drop cannot be made: ${answer.status} ${answer.body}`);
    return answer.json();
  };
  const product = create("/admin/products", { name: `Line ${RUN}`, price: 10000, stock });
  const drop = create("/admin/drops", {
    name: `Line ${RUN}`,
    productIds: [product.id],
    opensAt: new Date(Date.now() + seconds * 1000).toISOString(),
    maxPerUser: 1,
    line,
  });
  return { dropId: drop.id, productId: product.id };
}
