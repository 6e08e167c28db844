// "Copy for Word": a figure with its heading, table, base, wording and method, as rich and as plain text.
// Without this script the same figure is a page to select from, and a Word file.

const cleaned = (source, base) => {
  const piece = source.cloneNode(true);
  for (const image of piece.querySelectorAll("img")) {
    image.setAttribute("src", new URL(image.dataset.forWord ?? image.getAttribute("src"), base).href);
    image.setAttribute("width", "600");
  }
  for (const table of piece.querySelectorAll("table")) {
    table.setAttribute("border", "1");
    table.setAttribute("cellspacing", "0");
    table.setAttribute("cellpadding", "4");
  }
  for (const element of piece.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) {
      if (/^(class|id|role|data-)/.test(name)) element.removeAttribute(name);
    }
  }
  return piece;
};

const line = (element) => element.textContent.replace(/\s+/g, " ").trim();

function plain(piece) {
  const lines = [];
  for (const element of piece.querySelectorAll("h2, h3, p, caption, tr, li")) {
    if (element.localName === "tr") lines.push([...element.cells].map(line).join("\t"));
    else if (line(element)) lines.push(element.localName === "li" ? `- ${line(element)}` : line(element));
  }
  return lines.join("\n");
}

async function figure(button) {
  const here = button.dataset.copy;
  if (!here.includes("/")) return cleaned(document.getElementById(here), location.href);
  const answer = await fetch(here, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return cleaned(page.getElementById("for-word"), new URL(here, location.href));
}

async function copy(button) {
  const said = button.parentElement.querySelector("[role=status]");
  said.textContent = "";
  try {
    const piece = figure(button);
    const as = (kind, words) => [kind, piece.then((one) => new Blob([words(one)], { type: kind }))];
    // Promises inside: some browsers want the writing to begin within the press itself.
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries([
      as("text/html", (one) => one.innerHTML), as("text/plain", plain),
    ]))]);
    said.textContent = said.dataset.done;
  } catch {
    said.textContent = said.dataset.failed;
  }
}

if (navigator.clipboard?.write && window.ClipboardItem) {
  const pattern = document.getElementById("copy");
  for (const link of document.querySelectorAll("a[data-copied]")) {
    const made = pattern.content.cloneNode(true);
    const button = made.querySelector("button");
    button.dataset.copy = link.getAttribute("href");
    button.append(...[...link.children].map((name) => name.cloneNode(true)));
    link.closest("ul").after(made);
  }
  for (const place of document.querySelectorAll("[data-with-copy]")) place.hidden = false;
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-copy]");
    if (button) copy(button);
  });
}
