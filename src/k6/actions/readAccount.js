import { send } from "../shop.js";

// What a user sees of their own: points, their history, orders.
export function readAccount(user) {
  const read = (path) => send("GET", path, { token: user.token, name: "read account" });
  return { points: read("/points"), history: read("/points/history"), orders: read("/orders") };
}
