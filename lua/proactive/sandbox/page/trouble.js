// What went wrong with an action, said beside the control that was used.

import { h, unique } from "./dom.js";

let over = () => {};

/** Takes away what the last action complained of. */
export function forgive() {
  over();
}

function describe(control, ids) {
  if (ids) control.setAttribute("aria-describedby", ids);
  else control.removeAttribute("aria-describedby");
}

/** Says it below the control, and to who is on the control. */
export function complain(control, text) {
  over();
  const before = control.getAttribute("aria-describedby");
  const alert = h("p", { class: "notice", role: "alert", id: unique("trouble") });
  const item = control.closest("li");
  if (item) item.append(alert);
  else (control.closest(".row, .check") || control).after(alert);
  alert.textContent = text; // after it is there, so that it is read out
  describe(control, before ? `${before} ${alert.id}` : alert.id);
  over = () => {
    alert.remove();
    describe(control, before);
    over = () => {};
  };
}
