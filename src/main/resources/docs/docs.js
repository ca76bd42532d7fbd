// Lists the calls of openapi.json and sends them. Everything is put in place as text, never as markup.
"use strict";

const by = (id) => document.getElementById(id);

function make(tag, content = "", attributes = {}) {
  const element = document.createElement(tag);
  element.append(...[content].flat());
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  return element;
}

/** What a $ref stands for; anything else is itself. */
function resolve(api, node) {
  if (!node.$ref) return node;
  const path = node.$ref.slice(2).split("/");
  return resolve(api, path.reduce((at, name) => at[name], api));
}

function field(parameter) {
  const input = make("input", "", { name: parameter.name, autocomplete: "off" });
  input.dataset.in = parameter.in;
  input.placeholder = parameter.schema.default ?? "";
  if (parameter.name === "Idempotency-Key") input.value = crypto.randomUUID?.() ?? String(Date.now());
  if (parameter.required) input.required = true;
  return make("label", [make("code", parameter.name), " ", make("small", parameter.description ?? ""), input]);
}

function requestOf(method, path, form) {
  const headers = { Accept: "application/json" };
  const query = new URLSearchParams();
  let target = path;
  for (const input of form.querySelectorAll("input[data-in]")) {
    const value = input.value.trim();
    if (!value) continue;
    if (input.dataset.in === "path") target = target.replace(`{${input.name}}`, encodeURIComponent(value));
    if (input.dataset.in === "query") query.set(input.name, value);
    if (input.dataset.in === "header") headers[input.name] = value;
  }
  const token = by("token").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = form.querySelector("textarea")?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return [target + (query.size ? `?${query}` : ""), { method: method.toUpperCase(), headers, body }];
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(method, path, form, answer) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const [target, request] = requestOf(method, path, form);
    const start = performance.now();
    const response = await fetch(target, request);
    const text = await response.text();
    const took = Math.round(performance.now() - start);
    const shown = ["location", "idempotent-replayed", "retry-after", "allow", "www-authenticate", "content-language", "x-trace-id"]
      .filter((name) => response.headers.has(name))
      .map((name) => `${name}: ${response.headers.get(name)}\n`);
    answer.replaceChildren(
      make("p", [
        make("b", `${response.status} ${response.statusText}`, { class: response.ok ? "good" : "bad" }),
        make("span", ` ${request.method} ${target}, ${took} ms`, { class: "quiet" }),
      ]),
      make("pre", shown.join("") + (text ? `\n${indented(text)}` : "")),
    );
  } catch (failure) {
    answer.replaceChildren(make("p", String(failure), { class: "bad" }));
  } finally {
    button.disabled = false;
  }
}

function responses(api, operation) {
  const lines = Object.entries(operation.responses).map(([status, node]) => {
    const response = resolve(api, node);
    const shown = Object.keys(response.content?.["application/problem+json"]?.examples ?? {});
    const codes = shown.filter((name) => !name.endsWith(".ko"));
    const links = codes.flatMap((code) => [" ", make("a", code, { href: `/docs/problems#${code}` })]);
    return make("li", [make("code", status), ` ${response.description}`, ...links]);
  });
  return make("details", [make("summary", "answers", { class: "quiet" }), make("ul", lines)]);
}

function show(api, method, path, operation) {
  const form = make("form");
  const answer = make("div", "", { "aria-live": "polite" });
  form.append(...operation.parameters.map((node) => field(resolve(api, node))));
  const content = operation.requestBody?.content["application/json"];
  if (content) {
    const text = make("textarea", "", { "aria-label": "body", spellcheck: "false" });
    text.value = JSON.stringify(content.example, null, 2);
    form.append(text);
  }
  form.append(make("button", "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(method, path, form, answer);
  });
  const needs = operation.security ?? api.security;
  const who = needs.length === 0 ? "" : needs[0].bearer.includes("admin") ? "an administrator's token" : "a token";
  return make("details", [
    make("summary", [
      make("b", method.toUpperCase()),
      make("code", path),
      ` ${operation.summary} `,
      make("small", who, { class: "quiet" }),
    ]),
    make("p", operation.description ?? ""),
    form,
    answer,
    responses(api, operation),
  ]);
}

async function list() {
  const api = await (await fetch("/openapi.json")).json();
  by("about").textContent = `${api.info.summary} ${api.info.description}`;
  const rooms = api.tags.map(({ name }) => {
    const room = make("section", make("h2", name));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (operation.tags.includes(name)) room.append(show(api, method, path, operation));
      }
    }
    return room;
  });
  by("operations").replaceChildren(...rooms);
}

/** Only a development run hands out tokens: there the path has the method POST. */
async function offerTokens() {
  const answer = await fetch("/dev/tokens", { method: "OPTIONS" });
  by("mint").hidden = !(answer.headers.get("allow") ?? "").includes("POST");
}

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
  by("token").value = said.token ?? "";
  by("minted").textContent = answer.ok ? `you are ${wish.userId}` : said.detail;
});

list().catch((failure) => {
  by("operations").textContent = String(failure);
});
offerTokens();
