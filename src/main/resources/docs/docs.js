// Swagger UI over openapi.json, with what a development run has beside it: a token for the asking, and a new key for each call.
"use strict";

const by = (id) => document.getElementById(id);
const KEY = "Idempotency-Key";

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function show() {
  const spec = await (await fetch("/openapi.json")).json();
  // A call that needs a key can be sent at once.
  spec.components.parameters.IdempotencyKey.example = newKey();
  return globalThis.SwaggerUIBundle({
    spec,
    dom_id: "#operations",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    filter: true,
    requestSnippetsEnabled: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (request.headers[KEY] && by("fresh").checked) request.headers[KEY] = newKey();
      return request;
    },
  });
}

/** Only a development run hands out tokens: there the path has the method POST. */
async function offerTokens() {
  const answer = await fetch("/dev/tokens", { method: "OPTIONS" });
  by("mint").hidden = !(answer.headers.get("allow") ?? "").includes("POST");
}

const shown = show().catch((failure) => {
  by("operations").textContent = String(failure);
});

by("who").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (by("mint").hidden) return;
  const wish = { userId: by("user").value.trim(), scopes: by("admin").checked ? ["admin"] : [] };
  const answer = await fetch("/dev/tokens", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(wish),
  });
  const said = await answer.json();
  if (answer.ok) (await shown).preauthorizeApiKey("bearer", said.token);
  by("minted").textContent = answer.ok ? `you are ${wish.userId}` : said.detail;
});

offerTokens();
