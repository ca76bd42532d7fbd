// Lists the refusals of openapi.json: the code is the anchor that `type` of a problem document points to.
"use strict";

function make(tag, content, attributes = {}) {
  const element = document.createElement(tag);
  element.append(...[content].flat());
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  return element;
}

function show([code, { value }]) {
  return make(
    "section",
    [
      make("h2", [make("code", code)]),
      make("p", [make("b", value.title), `: ${value.detail}`]),
      make("pre", JSON.stringify(value, null, 2)),
    ],
    { id: code },
  );
}

async function list() {
  const api = await (await fetch("/openapi.json")).json();
  const problems = document.getElementById("problems");
  problems.replaceChildren(...Object.entries(api.components.examples).map(show));
  // The anchor was looked for before it was there.
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

list().catch((failure) => {
  document.getElementById("problems").textContent = String(failure);
});
