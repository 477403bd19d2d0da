// The list of keys. The server sorts and searches; here are only the rows in view and some around
// them, so that the list is the same to handle with ten keys and with fifty thousand.
import { $, element, format, getJson, groups, isNumber, keyLabel, paced, setText, unlessUnreachable } from "./format.js";
import { SCORES } from "./scores.js";
import { formatScore, shortOf, viewOf } from "./views.js";

const ROW = 52;            // height of a row, as in the style sheet
const AROUND = 12;         // rows kept above and below those in view
const PERIOD_MS = 1500;    // minimum time between two sorts of the list
const IN_USE_MS = 5000;    // after the last touch of a list that someone reads from; it keeps its order
const SVG = "http://www.w3.org/2000/svg";

const rows = new Map(); // key -> its row
let items = [];         // summaries from place `first` on
let first = 0;
let matching = 0;
let selected = null;
let inUseUntil = 0;
let wantedFocus = null; // place of the row that gets the focus once it is there
let choose = () => {};

export function startKeys(onChoose) {
  choose = onChoose;
  let typing = 0;
  const renewed = () => { scroller().scrollTop = 0; inUseUntil = 0; load().catch(unlessUnreachable); };
  $("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(renewed, 120); });
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); focusAt(0); }
  });
  $("sort").addEventListener("change", renewed);
  scroller().addEventListener("scroll", () => { touched(); reload(); }, { passive: true });
  scroller().addEventListener("pointermove", touched, { passive: true });
  scroller().addEventListener("keydown", move);
  new ResizeObserver(() => reload()).observe(scroller());
}

const scroller = () => $("key-scroll");
const touched = () => { inUseUntil = Date.now() + IN_USE_MS; };

/** Something changed on the server. */
export const refreshKeys = paced(async () => {
  if (Date.now() < inUseUntil) { setTimeout(refreshKeys, IN_USE_MS); return; }
  await load();
}, PERIOD_MS);

/** The part in view may be one that is not here. */
const reload = paced(load, 60);

async function load() {
  const { search, sort, from, count } = wanted();
  const answer = await getJson("/api/keys?search=" + encodeURIComponent(search) + "&sort=" + sort + "&offset=" + from + "&limit=" + count);
  const now = wanted();
  if (search !== now.search || sort !== now.sort) return;
  items = answer.keys;
  first = answer.offset;
  matching = answer.matching;
  draw();
  if (now.from < first || (now.from + now.count > first + items.length && first + items.length < matching)) reload();
}

function wanted() {
  const box = scroller();
  const from = Math.max(0, Math.floor(box.scrollTop / ROW) - AROUND);
  const count = Math.ceil(box.clientHeight / ROW) + 2 * AROUND + 1;
  return { search: $("search").value, sort: $("sort").value, from, count };
}

function draw() {
  const list = $("key-list");
  const held = document.activeElement;
  const hadFocus = list.contains(held);
  list.style.height = matching * ROW + "px";
  const shown = new Set(items.map((item) => item.key));
  for (const [key, row] of rows) {
    if (!shown.has(key)) { row.item.remove(); rows.delete(key); }
  }
  let place = list.firstChild;
  items.forEach((summary, i) => {
    const row = rows.get(summary.key) || newRow(summary.key);
    row.item.style.top = (first + i) * ROW + "px";
    row.item.setAttribute("aria-posinset", first + i + 1);
    row.item.setAttribute("aria-setsize", matching);
    drawRow(row, summary);
    drawSpark(row, summary.spark);
    if (row.item === place) place = place.nextSibling;
    else list.insertBefore(row.item, place); // the order of the page is that of the screen
  });
  const search = $("search").value;
  setText($("key-list-note"), matching > 0 ? "" : search === "" ? "No key yet." : "No key contains \u201c" + search + "\u201d.");
  setText($("key-list-count"), search === "" ? "" : groups(matching) + (matching === 1 ? " match" : " matches"));
  markSelected();
  if (wantedFocus != null && items[wantedFocus - first]) {
    rows.get(items[wantedFocus - first].key).button.focus({ preventScroll: true });
    wantedFocus = null;
  } else if (hadFocus && document.activeElement !== held) {
    (list.contains(held) ? held : scroller()).focus({ preventScroll: true });
  }
}

function newRow(key) {
  const item = element("li");
  const button = element("button", "key");
  button.type = "button";
  button.title = keyLabel(key);
  button.addEventListener("click", () => choose(key));
  const figures = element("span", "key-figures");
  const drift = element("span", "key-drift", "\u25c6");
  const spark = document.createElementNS(SVG, "svg");
  spark.setAttribute("class", "spark");
  spark.setAttribute("viewBox", "0 0 64 26");
  spark.setAttribute("preserveAspectRatio", "none");
  spark.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  spark.append(line);
  const name = element("span", "key-name");
  name.append(drift, element("span", "key-text", keyLabel(key)));
  button.append(name, spark, figures);
  item.append(button);
  const row = { item, button, figures, line, drift };
  rows.set(key, row);
  return row;
}

/** New figures of a key, which may not be in view. */
export function updateRow(summary) {
  const row = rows.get(summary.key);
  if (row) drawRow(row, summary);
}

function drawRow(row, summary) {
  const { kind, main, ranks, rare } = viewOf(summary.task);
  const { better } = SCORES[kind][main];
  const value = summary[main];
  const baseline = summary["baseline_" + main];
  const below = typeof summary.better === "boolean" ? !summary.better
    : isNumber(value) && isNumber(baseline) && (value - baseline) * better < 0;
  const ranked = ranks.find((name) => isNumber(summary[name]));
  const shown = isNumber(summary[rare]) ? rare : main;
  const figures = [];
  if (ranked) figures.push(shortOf(kind, ranked) + " " + format(summary[ranked], Math.abs(summary[ranked]) < 1 ? 3 : null));
  if (isNumber(summary[shown])) figures.push(shortOf(kind, shown) + " " + formatScore(kind, shown, summary[shown]));
  row.figures.replaceChildren(figures.length > 0 ? figures.join(" \u00b7 ") : "no score yet");
  if (below) row.figures.append(" ", element("span", "below", better > 0 ? "\u25bc" : "\u25b2"));
  row.drift.hidden = !summary.drifting;
  row.button.setAttribute("aria-label",
    [row.button.title, ...figures].join(", ") +
    (below ? ", worse than the baseline" : "") + (summary.drifting ? ", drifting" : ""));
}

function drawSpark(row, values) {
  const known = values.filter(isNumber);
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const step = 64 / Math.max(1, values.length - 1);
  const points = [];
  values.forEach((value, i) => {
    if (isNumber(value)) points.push((i * step).toFixed(1) + "," + (24 - (22 * (value - low)) / span).toFixed(1));
  });
  row.line.setAttribute("points", points.join(" "));
}

/** Shows which key is chosen; null is all of them. */
export function showSelected(key) {
  selected = key;
  markSelected();
}

/** One row is in the tab order; arrows go on from there. */
function markSelected() {
  let reachable = null;
  for (const [key, row] of rows) {
    row.button.tabIndex = -1;
    row.button.removeAttribute("aria-current");
    if (key === selected) {
      row.button.setAttribute("aria-current", "true");
      reachable = row.button;
    }
  }
  if (!reachable && items.length > 0) {
    const top = items[Math.max(0, Math.ceil(scroller().scrollTop / ROW) - first)] || items[0];
    reachable = rows.get(top.key).button;
  }
  if (reachable) reachable.tabIndex = 0;
  if (selected === null) $("all-keys").setAttribute("aria-current", "true");
  else $("all-keys").removeAttribute("aria-current");
}

const placeOf = (button) => first + items.findIndex((item) => rows.get(item.key).button === button);

function move(event) {
  const page = Math.max(1, Math.floor(scroller().clientHeight / ROW) - 1);
  const at = placeOf(document.activeElement);
  const here = at < first ? Math.round(scroller().scrollTop / ROW) : at;
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: matching - 1, PageDown: here + page, PageUp: here - page }[event.key];
  if (to == null) return;
  event.preventDefault();
  focusAt(Math.min(matching - 1, Math.max(0, to)));
}

/** Scrolls to a place of the list and puts the focus there. */
function focusAt(place) {
  if (place < 0 || place >= matching) return;
  touched();
  scrollTo(place);
  const item = items[place - first];
  if (item) {
    rows.get(item.key).button.focus({ preventScroll: true });
  } else {
    wantedFocus = place;
    reload();
  }
}

function scrollTo(place) {
  const box = scroller();
  const top = place * ROW;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW - box.clientHeight;
}

/** Selects the key {@code step} places further down the current list. */
export function chooseNext(step) {
  const at = items.findIndex((item) => item.key === selected);
  const next = at < 0 ? items[0] : items[at + step];
  if (!next) return;
  scrollTo(first + Math.max(0, at + step));
  choose(next.key);
}
