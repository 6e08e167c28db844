// Everything here is extra: each page works without it.

const root = document.documentElement;

// Exit: the button covers the page at once; Shift pressed three times does the same.
const exit = document.querySelector(".exit");
if (exit) {
  const status = exit.querySelector("[data-exit-status]");
  let presses = 0;
  let alone = false;
  let forget = 0;
  const leave = () => {
    root.classList.add("leaving");
    document.title = exit.dataset.leaving;
  };
  exit.addEventListener("submit", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Shift") {
      if (!event.repeat) alone = true;
    } else {
      alone = false;
      presses = 0;
    }
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    presses += 1;
    clearTimeout(forget);
    forget = setTimeout(() => { presses = 0; status.textContent = ""; }, 5000);
    if (presses === 3) {
      exit.requestSubmit();
    } else {
      status.textContent = exit.dataset.pressed.replace("{count}", 3 - presses);
    }
  });
}

// A page kept by the browser must not come back covered, nor with answers after leaving.
addEventListener("pageshow", (event) => {
  if (event.persisted && root.classList.contains("leaving")) location.reload();
  for (const form of document.forms) delete form.dataset.sent;
});

// A second click on Send sends nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form === exit || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 5000);
});

// Errors: the summary takes the focus, its links go to the field and show its words.
const summary = document.querySelector(".govuk-error-summary");
if (summary) {
  summary.tabIndex = -1;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const words = field.closest("fieldset")?.querySelector("legend") ?? field.labels?.[0] ?? field;
    words.scrollIntoView();
    field.focus({ preventScroll: true });
  });
}

// None of these, Prefer not to say: ticking one clears the others.
for (const group of document.querySelectorAll(".govuk-checkboxes")) {
  group.addEventListener("change", ({ target }) => {
    if (target.type !== "checkbox" || !target.checked) return;
    const alone = target.dataset.behaviour === "exclusive";
    for (const box of group.querySelectorAll("input[type=checkbox]")) {
      if (box !== target && (alone || box.dataset.behaviour === "exclusive")) box.checked = false;
    }
  });
}

// How many characters are left, counted as the server counts them.
for (const group of document.querySelectorAll("[data-maxlength]")) {
  const area = group.querySelector("textarea");
  const words = group.querySelector(".govuk-character-count__message");
  const spoken = document.createElement("p");
  const most = Number(group.dataset.maxlength);
  let wait = 0;
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  words.after(spoken);
  const count = () => {
    const left = most - [...area.value.trim()].length;
    const text = (left < 0 ? group.dataset.over : group.dataset.left)
      .replace("{count}", Math.abs(left).toLocaleString(root.lang));
    words.textContent = text;
    words.classList.toggle("govuk-character-count__message--over", left < 0);
    area.classList.toggle("govuk-textarea--error", left < 0);
    clearTimeout(wait);
    wait = setTimeout(() => { if (area.matches(":focus")) spoken.textContent = text; }, 1000);
  };
  area.addEventListener("input", count);
  if (area.value) count();
}

// Away for a while: a warning that loses nothing, then a page with no answers on it.
const idle = document.getElementById("idle");
if (idle) {
  const { stay, ended, token } = idle.dataset;
  const limit = Number(idle.dataset.minutes) * 60000;
  const warning = 120000;
  const keepEvery = 240000;
  let active = Date.now();
  let kept = active;
  let over = false;
  const keep = async () => {
    kept = Date.now();
    try {
      await fetch(stay, { method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin" });
    } catch {
      kept = 0;
    }
  };
  const act = () => {
    if (!idle.hidden) return;
    active = Date.now();
    if (active - kept > keepEvery) keep();
  };
  for (const name of ["keydown", "pointerdown", "input"]) addEventListener(name, act, { passive: true });
  idle.querySelector("[data-carry-on]").addEventListener("click", () => {
    idle.hidden = true;
    active = Date.now();
    keep();
  });
  const look = () => {
    const quiet = Date.now() - active;
    if (quiet >= limit && ended && !over) {
      over = true;
      root.classList.add("leaving");
      const form = document.querySelector("form[data-away]");
      if (form) {  // what is on the page is saved before it closes
        const last = Object.assign(document.createElement("button"), { name: "action", value: "away" });
        form.append(last);
        delete form.dataset.sent;
        form.requestSubmit(last);
      } else {
        location.replace(ended);
      }
    } else if (quiet >= limit - warning && idle.hidden) {
      idle.hidden = false;
      idle.scrollIntoView({ block: "center" });
    }
  };
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
