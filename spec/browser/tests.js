// What a person does on the page, and what must then be there.
"use strict";

const assert = require("assert");
const { AXE } = require("./axe.js");
const { start } = require("./sandbox.js");

const tests = [];

// options: those of the browser's context, `expect` (complaints that belong to the test), `unopened`.
function test(name, run, options = {}) {
  tests.push({ name, run, options });
}

const device = (page, number) => (
  page.locator("#devices .device").filter({ hasText: String(number).padStart(8, "0") }));
const section = (page, id) => page.locator(`#${id}`);
const button = (page, name) => page.getByRole("button", { name });
const eventOf = (page) => page.getByRole("combobox", { name: "Event", exact: true });
const says = (page) => page.getByRole("log");

async function until(locator, text) {
  await locator.filter({ hasText: text }).first().waitFor();
}

async function rings(page, number) {
  return device(page, number).locator(".ring.on").count();
}

test("shows what clients send as it comes: ring, request, chart", async ({ page, sandbox }) => {
  assert.equal(await rings(page, 1), 0);
  assert.equal(await sandbox.send("one"), 202);
  await until(device(page, 1), "1 waiting");
  assert.equal(await rings(page, 1), 1);
  assert.equal(await rings(page, 2), 0);
  await until(section(page, "requests"), "Accepted, and delivered to 1 customer.");
  await until(section(page, "chart"), "1 event in the last minute: 1 accepted.");
  const label = await page.getByRole("img").getAttribute("aria-label");
  assert.match(label, /1 accepted/);
  assert.ok(await section(page, "chart").locator("rect.accepted").count() > 0);
});

test("subscribes a customer, and shows what the skill is told", async ({ page, sandbox }) => {
  await device(page, 5).click();
  await until(section(page, "device"), "notifications off");
  await section(page, "customer").getByLabel("Notifications allowed").first().check();
  await button(page, "Save").click();
  await until(device(page, 5), "nothing new");
  await until(section(page, "customer"), "ProactiveSubscriptionChanged");
  await until(section(page, "customer"), "not sent");
  const users = await sandbox.ask("GET", "/sandbox/users");
  assert.equal(users[4].subscriptions.length, 8);
  await section(page, "customer").getByLabel("Skill enabled").first().uncheck();
  await button(page, "Save").click();
  await until(device(page, 5), "skill disabled");
  await until(section(page, "customer"), "SkillDisabled");
});

test("sends to the chosen customer in the customer's region", async ({ page, sandbox }) => {
  await device(page, 2).click();
  await page.getByRole("button", { name: "Add a locale" }).first().click();
  await page.getByRole("textbox", { name: /^Text in/ }).nth(1).fill("Beispielwetter");
  await page.getByRole("combobox", { name: "Locale", exact: true }).nth(1).selectOption("de-DE");
  await until(section(page, "composer").locator(".sentences"), "Beispielwetter");
  await button(page, "Send").click();
  await until(section(page, "composer"), "202. Accepted, and delivered to 1 customer.");
  await until(device(page, 2), "1 waiting");
  const [notification] = await sandbox.ask("GET", "/sandbox/notifications");
  assert.equal(notification.locale, "de-DE");
  assert.equal(notification.region, "EU");
});

test("forgets what became of an event when another one is written", async ({ page, sandbox }) => {
  const result = section(page, "composer").locator(".result");
  await button(page, "Send").click();
  await until(result, "202. Accepted");
  await page.getByRole("textbox", { name: /^Text in/ }).first().fill("Another text");
  await result.waitFor({ state: "hidden" });
  await button(page, "Send").click();
  await until(result, "202. Accepted");
  await sandbox.ask("POST", "/sandbox/reset");
  await result.waitFor({ state: "hidden" });
});

test("tells no outcome of an event that was changed while it was on its way", async ({ page }) => {
  let answer;
  await page.route("**/sandbox/view/request?*", (route) => {
    answer = () => route.continue();
  });
  await button(page, "Send").click();
  const result = section(page, "composer").locator(".result");
  await until(result, "Sending");
  while (!answer) await page.waitForTimeout(20);
  await page.getByRole("textbox", { name: /^Text in/ }).first().fill("Another text");
  const told = page.waitForResponse("**/sandbox/view/request?*");
  answer();
  await told;
  await until(section(page, "composer").locator(".sentences"), "Another text");
  assert.equal(await result.textContent(), "");
});

test("notices a reset behind more requests than there were", async ({ page, sandbox }) => {
  const result = section(page, "composer").locator(".result");
  await button(page, "Send").click();
  await until(result, "202. Accepted");
  await page.waitForFunction(() => document.querySelectorAll("#requests .note").length === 2);
  await sandbox.ask("POST", "/sandbox/reset");
  for (const id of ["one", "two", "three"]) await sandbox.send(id);
  await result.waitFor({ state: "hidden" });
  await page.waitForFunction(() => document.querySelectorAll("#requests .note").length === 6);
});

test("shows an error where the reader is", async ({ page }) => {
  await page.route("**/sandbox/reset", (route) => route.fulfill({ status: 500, body: "{\"message\":\"no\"}" }));
  page.once("dialog", (dialog) => dialog.accept());
  const reset = section(page, "clock").getByRole("button", { name: "Reset everything" });
  await reset.scrollIntoViewIfNeeded();
  await reset.click();
  const notice = page.getByRole("alert").filter({ visible: true });
  await notice.waitFor();
  const box = await notice.boundingBox();
  assert.ok(box.y >= 0 && box.y + box.height <= page.viewportSize().height, "it is out of view");
  const cause = await reset.boundingBox();
  assert.ok(Math.abs(box.y - cause.y - cause.height) < 40, "it is far from its button");
  assert.equal(await reset.getAttribute("aria-describedby"), await notice.getAttribute("id"));
  await page.unroute("**/sandbox/reset");
  page.once("dialog", (dialog) => dialog.accept());
  await reset.click();
  await notice.waitFor({ state: "hidden" });
  assert.equal(await reset.getAttribute("aria-describedby"), null);
}, { expect: /500/ });

// A browser's voice that says what it was given to say.
const VOICE = () => {
  window.spoken = [];
  const voice = {
    cancel() {},
    speak(utterance) {
      window.spoken.push([utterance.lang, utterance.text]);
      setTimeout(() => utterance.dispatchEvent(new Event("end")), 0);
    },
  };
  Object.defineProperty(window, "speechSynthesis", { value: voice });
};

test("reads notifications out, in the device's locale, and deletes them", async (given) => {
  const { page, sandbox } = given;
  await page.addInitScript(VOICE);
  await page.goto(sandbox.url);
  await until(device(page, 1), "nothing new");
  await button(page, "What are my notifications").click();
  await until(says(page), "There is nothing new.");
  await sandbox.send("one");
  await sandbox.send("two", { "de-DE": "Beispielwetter" });
  await until(device(page, 1), "2 waiting");
  await button(page, "What are my notifications").click();
  await until(says(page), "There is a tornado alert for your area.");
  await until(says(page), "(silent: no text for the device's locale en-US");
  await until(device(page, 1), "nothing new");
  assert.equal(await rings(page, 1), 0);
  const spoken = await page.evaluate(() => window.spoken);
  assert.equal(spoken.length, 1);
  assert.equal(spoken[0][0], "en-US");
  const list = section(page, "device").locator(".notes");
  await until(list, "old");
  await button(page, "Delete all my notifications").click();
  await until(says(page), "All notifications are deleted.");
  await until(list.locator(".tag"), "deleted");
  assert.equal(await list.locator(".tag.old").count(), 0);
});

test("treats markup in a customer's name as text", async ({ page, sandbox }) => {
  const name = "<img src=x onerror=\"document.title='broken'\"><b>bold</b>";
  await page.getByText("Add a customer").click();
  await page.getByLabel("User id").fill(name);
  await button(page, "Add").last().click();
  await until(section(page, "customer").locator(".id"), name);
  await until(section(page, "devices"), "<img src=");
  await sandbox.ask("PUT", `/sandbox/users/${encodeURIComponent("<script>1</script>")}`, {});
  await until(section(page, "devices"), "<script>1</script>");
  await sandbox.send("x", { "en-US": "<img src=y onerror=alert(1)>" });
  await until(section(page, "device").locator(".notes"), "<img src=y");
  assert.equal(await page.locator("main img, main script, main b").count(), 0);
  assert.equal(await page.title(), "proactive sandbox");
});

test("judges an event as it is written, also by hand", async ({ page }) => {
  const composer = section(page, "composer");
  await eventOf(page).selectOption("AMAZON.MessageAlert.Activated");
  await until(composer.locator(".sentences"), "from Andy");
  await page.getByLabel("count *").fill("many");
  await until(composer.locator(".violations"), "event.payload.messageGroup.count");
  await until(composer, "The service would refuse this:");
  await button(page, "Send").click();
  await until(composer, "400. Violations for payload:");
  await page.getByText("The request as JSON").click();
  await page.getByLabel("Write it by hand").check();
  await page.getByLabel("The request as JSON").fill("{");
  await until(composer.locator(".violations"), "the text ends too early");
}, { expect: /400/ });

test("makes a form for every event", async ({ page }) => {
  const event = eventOf(page);
  const names = await event.locator("option").evaluateAll((all) => all.map((one) => one.value));
  assert.equal(names.length, 8);
  for (const name of names) {
    await event.selectOption(name);
    const judged = page.waitForResponse((response) => (
      response.url().endsWith("/draft") && response.request().postData().includes(name)));
    const verdict = await (await judged).json();
    assert.deepEqual(verdict.violations, [], name);
    assert.equal(verdict.sentences[0].readable, true);
  }
});

test("switches faults on and off", async ({ page, sandbox }) => {
  await page.getByRole("switch", { name: "Answers are lost" }).click();
  await until(section(page, "faults"), "1 rule in force");
  await button(page, "Send").click();
  await until(section(page, "composer"), "No answer arrived: the connection ended.");
  await until(section(page, "requests"), "a fault destroyed its answer");
  await until(device(page, 1), "1 waiting");
  await page.getByRole("switch", { name: "Limit reached" }).click();
  await until(section(page, "faults"), "2 rules in force");
  await page.getByRole("switch", { name: "Answers are lost" }).click();
  await until(section(page, "faults"), "1 rule in force");
  assert.equal((await sandbox.ask("GET", "/sandbox/faults")).rules[0].do.quota, 0);
  await page.getByText("Rules as JSON").click();
  await page.getByLabel("Rules as JSON").fill('{"rules":[{"do":{"statuss":1}}]}');
  await button(page, "Apply").click();
  await until(page.getByRole("alert"), "unknown field statuss");
  await button(page, "Take all away").click();
  await until(section(page, "faults"), "No faults: all goes well.");
}, { expect: /ERR_|400/ });

test("puts the clock ahead, and everything back to the start", async ({ page, sandbox }) => {
  await sandbox.send("one");
  await until(device(page, 1), "1 waiting");
  await button(page, "+ 1 hour").click();
  await button(page, "+ 1 minute").click();
  await until(section(page, "clock"), "It is ahead by 1 hour 1 minute.");
  await until(section(page, "device").locator(".notes"), "expired");
  await until(device(page, 1), "nothing new");
  await page.getByLabel("It stands still").check();
  await until(section(page, "clock"), "It stands until it is put ahead.");
  assert.equal((await sandbox.ask("GET", "/sandbox/clock")).stands, true);
  page.once("dialog", (dialog) => dialog.accept());
  await button(page, "Reset everything").click();
  await until(section(page, "clock"), "It shows real time.");
  await until(section(page, "device"), "No notifications yet");
});

// Presses the tab key until something is reached.
async function tabTo(page, name) {
  for (let press = 0; press < 120; press += 1) {
    await page.keyboard.press("Tab");
    const reached = await page.evaluate(() => {
      const { activeElement: at } = document;
      const label = at.labels && at.labels[0];
      const named = document.getElementById(at.getAttribute("aria-labelledby"));
      return `${at.getAttribute("aria-label") || ""} ${(label || named || at).textContent}`;
    });
    if (reached.includes(name)) return;
  }
  throw new Error(`${name} cannot be reached with the tab key`);
}

test("can be used by keyboard alone", async ({ page, sandbox }) => {
  await sandbox.send("one");
  await until(device(page, 1), "1 waiting");
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip/);
  await page.keyboard.press("Enter");
  await tabTo(page, "00000002");
  await page.keyboard.press("Enter");
  await until(section(page, "device").locator("h2"), "00000002");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Space");
  await until(section(page, "device").locator("h2"), "00000001");
  await tabTo(page, "What are my notifications");
  await page.keyboard.press("Enter");
  await until(says(page), "tornado alert");
  await tabTo(page, "Send");
  await page.keyboard.press("Enter");
  await until(section(page, "composer"), "202. Accepted");
  await tabTo(page, "Slow");
  await page.keyboard.press("Space");
  await until(section(page, "faults"), "1 rule in force");
  const outlined = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outlined, "solid");
});

test("fits a narrow screen", async ({ page, sandbox, picture }) => {
  await sandbox.ask("PUT", `/sandbox/users/${"x".repeat(200)}`, {});
  await sandbox.send("one", { "en-US": "y".repeat(200) });
  await until(section(page, "device").locator(".notes"), "yyyy");
  await page.locator("details > summary").evaluateAll((all) => all.forEach((one) => one.click()));
  await until(section(page, "requests"), "--- answer ---");
  const wide = await page.evaluate(() => [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 0.5)
    .filter((one) => !one.closest(".skip, pre, textarea"))
    .map((one) => `${one.tagName}.${one.className}`));
  assert.deepEqual(wide, []);
  // What is chosen needs room beside the arrow of its select.
  const cut = await page.evaluate(() => [...document.querySelectorAll("select, .locale input")]
    .filter((one) => one.offsetParent).filter((one) => {
      if (one.tagName === "INPUT") return one.scrollWidth > one.clientWidth;
      const probe = document.createElement("span");
      probe.textContent = one.selectedOptions[0].text;
      probe.style = `font: ${getComputedStyle(one).font}; position: absolute; white-space: nowrap`;
      document.body.append(probe);
      const { width } = probe.getBoundingClientRect();
      probe.remove();
      return width + 40 > one.clientWidth;
    }).map((one) => one.value));
  assert.deepEqual(cut, []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await picture("narrow");
}, { viewport: { width: 360, height: 740 } });

async function fill(page, sandbox) {
  await sandbox.send("one");
  await sandbox.send("two", { "de-DE": "Beispielwetter" });
  await sandbox.ask("PUT", "/sandbox/faults",
    { rules: [{ match: { path: "events", count: 2 }, do: { status: 503 } }] });
  await sandbox.send("three");
  await sandbox.send("four");
  await sandbox.send("bad\nid");
  const users = await sandbox.ask("GET", "/sandbox/users");
  await sandbox.ask("PUT", `/sandbox/users/${users[3].user}`, { enabled: false });
  await until(device(page, 4), "skill disabled");
  await until(device(page, 1), "waiting");
  await until(section(page, "chart"), "failed");
}

async function accessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((one) => one.html).join(" | ")}`);
}

for (const colorScheme of ["light", "dark"]) {
  test(`has no barrier that axe knows, ${colorScheme}`, async ({ page, sandbox, picture }) => {
    await fill(page, sandbox);
    await picture(colorScheme);
    assert.deepEqual(await accessible(page), []);
    await button(page, "What are my notifications").click();
    await until(says(page), "tornado");
    await page.locator("details > summary").evaluateAll((all) => all.forEach((one) => one.click()));
    await page.getByLabel("Write it by hand").check();
    await page.getByLabel("The request as JSON").fill("{");
    await until(section(page, "composer").locator(".violations"), "the text ends too early");
    await picture(`${colorScheme}-open`);
    assert.deepEqual(await accessible(page), []);
  }, { colorScheme });
}

test("pulses only for those who like motion", async ({ page, sandbox }) => {
  await sandbox.send("one");
  await until(device(page, 1), "1 waiting");
  const ring = device(page, 1).locator(".ring");
  const animation = () => ring.evaluate((element) => getComputedStyle(element).animationName);
  assert.equal(await animation(), "none");
  await page.emulateMedia({ reducedMotion: "no-preference" });
  assert.equal(await animation(), "pulse");
});

test("looks by itself when too many pages are open", async ({ page, sandbox }) => {
  const streams = new AbortController();
  for (let i = 0; i < 16; i += 1) {
    const { status } = await fetch(`${sandbox.url}/sandbox/live`, { signal: streams.signal });
    assert.equal(status, 200);
  }
  await page.goto(sandbox.url);
  await until(page.locator("#link"), "Looks every 5 seconds");
  await sandbox.send("one");
  await until(device(page, 1), "1 waiting");
  streams.abort();
}, { unopened: true, expect: /503/ });

test("finds the sandbox again, and says when it is gone", async ({ page }) => {
  const other = await start();
  await page.goto(other.url);
  await until(page.locator("#link"), "Live");
  await other.stop();
  await until(page.locator("#link"), "Connecting again");
  await button(page, "What are my notifications").click();
  await until(page.getByRole("alert"), "The sandbox does not answer.");
}, { unopened: true, expect: /ERR_/ });

test("answers with 100,000 customers and 1,000,000 notifications", async ({ page }) => {
  const large = await start(100000, 1000000);
  for (let i = 0; i < 10; i += 1) assert.equal(await large.send(`r${i}`), 202);
  await page.goto(large.url);
  await until(section(page, "devices"), "1 to 8 of 100,000 devices");
  await until(device(page, 1), "10 waiting");
  await page.getByLabel("Search for a device").fill("00099999");
  await until(section(page, "devices"), "1 to 1 of 1 device");
  await device(page, 99999).click();
  await until(section(page, "device").locator("h2"), "00099999");
  await button(page, "What are my notifications").click();
  await until(says(page), "tornado");
  assert.ok(await page.evaluate(() => document.querySelectorAll("*").length) < 2000);
  const status = require("fs").readFileSync(`/proc/${large.child.pid}/status`, "utf8");
  const peak = Number(status.match(/VmHWM:\s+(\d+)/)[1]) / 1024;
  console.log(`        at most ${Math.round(peak)} MB`);
  assert.ok(peak < 1024, `${peak} MB`);
  await large.stop();
}, { unopened: true, expect: /ERR_/ });

module.exports = tests;
