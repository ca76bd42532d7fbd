// Has Mermaid's own parser read every diagram of the files that are named: what it cannot read, nobody sees.
// Mermaid asks a document for its sanitizer, so it is given one.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const installed = createRequire(`${process.env.TOOLS}/package.json`);
const { JSDOM } = installed("jsdom");
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(installed.resolve("mermaid")));

let read = 0;
for (const file of process.argv.slice(2)) {
  for (const [, diagram] of readFileSync(file, "utf8").matchAll(/^```mermaid\n(.*?)^```$/gms)) {
    try {
      await mermaid.parse(diagram);
      read++;
    } catch (failure) {
      console.error(`${file}: ${failure.message}\n${diagram}`);
      process.exitCode = 1;
    }
  }
}
console.log(`${read} diagrams can be read`);
if (read === 0) process.exitCode = 1;
