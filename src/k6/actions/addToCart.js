import { send } from "../shop.js";

export function addToCart(user, productId, quantity = 1) {
  return send("POST", "/cart/items", { token: user.token, body: { productId, quantity }, name: "add to cart" });
}
