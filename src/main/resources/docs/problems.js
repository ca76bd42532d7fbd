// Lists the refusals of openapi.json: the code is the anchor that `type` of a problem document points to.
"use strict";

function make(tag, content, attributes = {}) {
  const element = document.createElement(tag);
  element.append(...[content].flat());
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  return element;
}

/** A refusal in both languages; the Korean example of CODE is called CODE.ko. */
function show(examples, code) {
  const { value } = examples[code];
  const { title, detail } = examples[`${code}.ko`].value;
  return make(
    "section",
    [
      make("h2", [make("code", code)]),
      make("p", [make("b", value.title), `: ${value.detail}`]),
      make("p", [make("b", title), `: ${detail}`], { lang: "ko" }),
      make("pre", JSON.stringify(value, null, 2)),
    ],
    { id: code },
  );
}

async function list() {
  const api = await (await fetch("/openapi.json")).json();
  const problems = document.getElementById("problems");
  const { examples } = api.components;
  const codes = Object.keys(examples).filter((name) => !name.endsWith(".ko"));
  problems.replaceChildren(...codes.map((code) => show(examples, code)));
  // The anchor was looked for before it was there.
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

list().catch((failure) => {
  document.getElementById("problems").textContent = String(failure);
});
