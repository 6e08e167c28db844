// Charts: drawn only when one is near, from figures that name colours by token. The table says the same.

const NEAR = "200px";
const NARROW = 560;
const schemes = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(max-width: 39.99rem)"]
  .map((query) => matchMedia(query));
const source = document.querySelector("script[data-plotly]").dataset.plotly;
const root = document.documentElement;

// The policy of the page refuses style attributes; the same words through the object model are allowed.
const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style" && this.style) this.style.cssText = value;
  else setAttribute.call(this, name, value);
};

let library;
function plotly() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

// One hidden probe turns var(--token) into the colour it has here and now.
const probe = document.createElement("span");
probe.hidden = true;
probe.style.forcedColorAdjust = "none";
document.body.append(probe);

function colours(value, known) {
  if (typeof value === "string") {
    if (!value.startsWith("var(--")) return value;
    if (!known.has(value)) {
      probe.style.color = value;
      known.set(value, getComputedStyle(probe).color);
    }
    return known.get(value);
  }
  if (Array.isArray(value)) return value.map((item) => colours(item, known));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, colours(item, known)]));
  }
  return value;
}

function laid(base, over) {
  const out = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const both = [out[key], value].every((item) => item && typeof item === "object" && !Array.isArray(item));
    out[key] = both ? laid(out[key], value) : value;
  }
  return out;
}

async function draw(chart) {
  const { box, figure } = chart;
  const narrow = box.clientWidth < NARROW;
  const { meta = {}, ...wide } = figure.layout;
  const layout = narrow && meta.narrow ? laid(wide, meta.narrow) : { ...wide, height: wide.height ?? meta.height };
  const ready = colours({ data: figure.data, layout }, new Map());
  const Plotly = await plotly();
  chart.narrow = narrow;
  chart.waiting?.remove();
  box.style.minHeight = "";
  await Plotly.react(box, ready.data, { ...ready.layout, autosize: true }, figure.config);
}

async function open(chart) {
  const { frame } = chart;
  try {
    if (frame.dataset.drawn) {
      chart.figure = JSON.parse(frame.dataset.drawn); // figures no address gives: they came with the page
    } else {
      const [answer] = await Promise.all([fetch(frame.dataset.figure, { credentials: "same-origin" }), plotly()]);
      if (!answer.ok) throw new Error(answer.status);
      chart.figure = await answer.json();
    }
    await draw(chart);
    chart.drawn = true;
  } catch {
    chart.box.hidden = true;
    frame.querySelector(".chart__late").hidden = false;
  }
}

const charts = [...document.querySelectorAll("figure[data-figure], figure[data-drawn]")].map((frame) => {
  const box = frame.querySelector(".chart__box");
  frame.hidden = false;
  const rows = Number(frame.dataset.rows);
  box.style.minHeight = `${box.clientWidth < NARROW ? rows * 53 + 32 : rows * 35 + 40}px`;
  return { frame, box, waiting: frame.querySelector(".chart__waiting") };
});

// What lies folded opens for whoever follows a link into it, and for paper where the style sheet cannot do it.
function unfold() {
  const wanted = document.getElementById(location.hash.slice(1));
  for (let fold = wanted?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (wanted?.closest("details")) wanted.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();
if (!CSS.supports("selector(::details-content)")) {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => opened.forEach((fold) => { fold.open = false; }));
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    open(charts.find(({ frame }) => frame === target));
  }
}, { rootMargin: NEAR });
for (const { frame } of charts) near.observe(frame);

const again = () => {
  root.classList.toggle("night", schemes[0].matches);
  for (const chart of charts) if (chart.drawn) draw(chart);
};
root.classList.toggle("night", schemes[0].matches);
for (const scheme of schemes) scheme.addEventListener("change", again);
const sizes = new ResizeObserver(() => {
  for (const chart of charts) if (chart.drawn && chart.narrow !== chart.box.clientWidth < NARROW) draw(chart);
});
for (const { box } of charts) sizes.observe(box);
