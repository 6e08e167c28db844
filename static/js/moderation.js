// An addition to plain forms: keys for the queue and the decision, and selected words put into the box.
// Without this script every act has its button.
const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select") !== null;
const plain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target);

for (const element of document.querySelectorAll("[data-with-script]")) element.hidden = false;

const list = document.querySelector('[data-keys="queue"]');
if (list) {
  const rows = [...list.querySelectorAll("[data-row]")];
  let at = -1;
  const go = (step) => {
    at = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows.forEach((row, number) => row.classList.toggle("comment-list__here", number === at));
    rows[at].querySelector("a").focus();
  };
  document.addEventListener("keydown", (event) => {
    if (!plain(event)) return;
    const key = event.key.toLowerCase();
    if (key === "j") go(1);
    else if (key === "k") go(-1);
    else if (at >= 0) rows[at].querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
  });
}

const decision = document.querySelector('[data-keys="decision"]');
if (decision) {
  const outcomes = { a: "publishable", r: "redacted", n: "withheld" };
  document.addEventListener("keydown", (event) => {
    if (plain(event) && event.key.toLowerCase() === "s") document.querySelector("[data-key-s] button")?.click();
    const value = plain(event) && outcomes[event.key.toLowerCase()];
    const radio = value && decision.querySelector(`input[name="outcome"][value="${value}"]`);
    if (radio) {
      radio.checked = true;
      radio.focus();
    }
  });
}

const original = document.querySelector("[data-selectable]");
const box = document.getElementById("words");
if (original && box) {
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !original.contains(selection.anchorNode)) return;
    if (!original.contains(selection.focusNode)) return;
    const part = selection.getRangeAt(0).cloneContents();
    for (const number of part.querySelectorAll("sup")) number.remove();
    box.value = part.textContent.trim();
  });
}
