import { send } from "../shop.js";

// A user's ticket: taken with POST, however often; asked for with GET; given up with DELETE.
export function ticket(user, dropId, method = "GET") {
  return send(method, `/drops/${dropId}/ticket`, { token: user.token, name: "ticket" });
}
