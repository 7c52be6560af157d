// The page: asks the sandbox for what it shows whenever it is told that something has changed.

import { address, control } from "./api.js";
import { chart } from "./chart.js";
import { clock } from "./clock.js";
import { composer } from "./composer.js";
import { customer } from "./customer.js";
import { device } from "./device.js";
import { devices } from "./devices.js";
import { say } from "./dom.js";
import { faults } from "./faults.js";
import { requests } from "./requests.js";
import { complain, forgive } from "./trouble.js";

// Milliseconds between two looks at a busy sandbox, between two looks without a stream, and until
// a stream is tried again.
const PAUSE = 250;
const LOOK = 5000;
const AGAIN = 30000;

const PANELS = { devices, device, composer, customer, chart, requests, faults, clock };

const notice = document.getElementById("notice");
const link = document.getElementById("link");

const wait = (time) => new Promise((resolve) => {
  setTimeout(resolve, time);
});

// What the panels share.
const app = {
  user: null, // whose device is chosen
  device: null,
  search: "",
  skip: 0,
  notifications: 10,
  last: 0, // number of the last request that is shown
  resets: null, // how often the sandbox was put back to its start
  catalogue: null,
  offset: 0, // of the sandbox's clock against this machine's
  stands: false,
  stood: 0,

  now: () => (app.stands ? app.stood : Date.now() / 1000 + app.offset),

  tell(text) {
    notice.hidden = !text;
    say(notice, text || "");
  },

  /** A listener that does something and says what went wrong, beside the control that was used. */
  action: (work) => async (event) => {
    event.preventDefault();
    const used = event.submitter || event.currentTarget;
    forgive();
    try {
      await work();
    } catch (error) {
      complain(used, error.message);
    }
  },

  choose(user) {
    app.user = user;
    app.notifications = 10;
    app.refresh();
  },

  refresh: null,
};

let shows = [];

async function load() {
  const state = await control("GET", address("/sandbox/view", {
    user: app.user,
    search: app.search,
    skip: app.skip || null,
    notifications: app.notifications,
    after: app.last || null,
  }));
  const [first] = state.devices.list;
  if (!state.device && first && app.user !== first.user) {
    app.user = first.user;
    return load();
  }
  const isAnew = app.resets !== state.resets;
  app.resets = state.resets;
  if (isAnew && app.last) { // its requests are counted anew: all of them are wanted
    app.last = 0;
    return load();
  }
  if (!state.device) app.user = null;
  app.device = state.device || null;
  app.offset = state.clock.now - Date.now() / 1000;
  app.stands = state.clock.stands;
  app.stood = state.clock.now;
  for (const show of shows) show(state);
  return undefined;
}

function status(text, kind) {
  say(link, text);
  link.className = `link ${kind}`;
}

// One look at a time; what changed meanwhile is seen by the next one.
let looking = false;
let again = false;

app.refresh = async () => {
  again = true;
  if (looking || document.hidden) return;
  looking = true;
  while (again) {
    again = false;
    try {
      await load();
    } catch (error) {
      app.tell(error.message);
    }
    await wait(PAUSE);
  }
  looking = false;
};

function lookByItself() {
  status(`Looks every ${LOOK / 1000} seconds`, "slow");
  const timer = setInterval(app.refresh, LOOK);
  setTimeout(() => {
    clearInterval(timer);
    follow();
  }, AGAIN);
}

function follow() {
  const source = new EventSource("/sandbox/live");
  source.addEventListener("open", () => {
    app.tell("");
    status("Live", "live");
  });
  source.addEventListener("message", app.refresh);
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) lookByItself();
    else status("Connecting again …", "lost");
  });
}

document.addEventListener("visibilitychange", app.refresh);

try {
  app.catalogue = await control("GET", "/sandbox/view/events");
  shows = Object.entries(PANELS).map(([id, fill]) => fill(app, document.getElementById(id)));
  await load();
  follow();
} catch (error) {
  status("Not reachable", "lost");
  app.tell(error.message);
}
