// The page of the sandbox in Chromium: run.js [PART OF A NAME]. Ends with `N passed, N failed`; the
// pictures are in build/browser.
"use strict";

const { chromium } = require("playwright-core");
const { start } = require("./sandbox.js");

const PICTURES = "build/browser";

// What the browser says of the page and nobody asked for is a failure.
function watch(page, complaints) {
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
}

async function one(test, browser, sandbox) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...test.options });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  const complaints = [];
  watch(page, complaints);
  try {
    await sandbox.reset();
    if (!test.options.unopened) {
      await page.goto(sandbox.url);
      await page.getByText("Live", { exact: true }).waitFor();
    }
    await test.run({ page, sandbox, context, complaints, picture: (name) => (
      page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })) });
    const unexpected = complaints.filter((text) => !(test.options.expect || /^$/).test(text));
    if (unexpected.length > 0) throw new Error(`the browser complains: ${unexpected.join("; ")}`);
  } catch (error) {
    await page.screenshot({ path: `${PICTURES}/failed.png`, fullPage: true });
    throw error;
  } finally {
    await context.close();
  }
}

async function main(wanted) {
  const sandbox = await start();
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox"] });
  const counts = { passed: 0, failed: 0 };
  for (const test of require("./tests.js").filter(({ name }) => name.includes(wanted))) {
    try {
      await one(test, browser, sandbox);
      counts.passed += 1;
      console.log(`ok      ${test.name}`);
    } catch (error) {
      counts.failed += 1;
      console.log(`FAILED  ${test.name}\n${error.stack}`);
    }
  }
  await browser.close();
  await sandbox.stop();
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

main(process.argv[2] || "");
