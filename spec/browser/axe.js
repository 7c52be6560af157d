// The text of axe-core, for a page to run.
"use strict";

exports.AXE = require("fs").readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
