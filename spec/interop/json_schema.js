// Judges bodies and payloads with ajv. Standard input: a line with the schemas by name, then lines [NAME, VALUE].
// Standard output: `true` or `false` for each.
"use strict";

const Ajv = require("ajv/dist/2020");
const addFormats = require("ajv-formats");

const lines = require("fs").readFileSync(0, "utf8").split("\n").filter((line) => line !== "");
const ajv = addFormats(new Ajv({ strict: true, strictTypes: false, strictRequired: false }));
const judges = {};
for (const [name, schema] of Object.entries(JSON.parse(lines[0]))) judges[name] = ajv.compile(schema);
for (const line of lines.slice(1)) {
  const [name, value] = JSON.parse(line);
  console.log(judges[name](value));
}
