import { send } from "../shop.js";

// What somebody looks at who has not decided yet.
export function browse(productId) {
  return [
    send("GET", "/products?limit=20", { name: "list products" }),
    send("GET", `/products/${productId}`, { name: "show product" }),
    send("GET", "/products/popular", { name: "popular products" }),
  ];
}
