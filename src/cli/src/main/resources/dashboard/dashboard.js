// The page over the metrics topic. Server-sent events report changes; the visible part is then
// fetched.
import { connection, showOverview, startHead } from "./head.js";
import { chooseNext, refreshKeys, showSelected, startKeys, updateRow } from "./keys.js";
import { drawSummary, forgetSummary, loadSummary, setSummaryAxes } from "./summary.js";
import { drawModel, forgetModel, loadModel, setAxes, shownSeries } from "./model.js";
import { forgetDeadLetters, loadDeadLetters } from "./dead-letters.js";
import { showMatrix } from "./matrix.js";
import { $, getJson, paced, unlessUnreachable } from "./format.js";
import { saved } from "./saved.js";

const SUMMARY_PERIOD_MS = 1000;
const SHORTCUTS = "millrace-shortcuts";

let selected = null;  // the key that is shown; null is all of them
let chosen = false;   // whether somebody asked for that; else the page decides
let overview = null;
let summaryAt = 0;      // when all keys together were last asked for

// ---- what is shown ------------------------------------------------------------------------------

/** The key in the address, null for all keys, undefined if it names neither. */
function fromAddress() {
  if (location.hash === "#all") return null;
  try {
    const match = /^#key=(.*)$/.exec(location.hash);
    return match ? decodeURIComponent(match[1]) : undefined;
  } catch (error) {
    return undefined;
  }
}

function choose(key) {
  chosen = true;
  history.replaceState(null, "", key === null ? "#all" : "#key=" + encodeURIComponent(key));
  show(key);
}

function show(key) {
  if (key !== selected) forgetModel();
  selected = key;
  $("model").hidden = key === null;
  $("summary").hidden = key !== null;
  showSelected(key);
  refreshShown();
}

/** One key is shown by itself, more of them together, until somebody chooses. */
async function decide(keys) {
  if (chosen) return;
  if (keys !== 1) {
    if (selected !== null) show(null);
    return;
  }
  const [only] = (await getJson("/api/keys?limit=1")).keys;
  if (only && !chosen && overview && overview.keys === 1 && only.key !== selected) show(only.key);
}

const refreshShown = paced(async () => {
  if (!overview || overview.keys === 0) return;
  if (selected === null) {
    summaryAt = Date.now();
    await loadSummary(overview.events);
  } else {
    const key = selected;
    const isKnown = await loadModel(key, overview.events, () => key === selected);
    if (key !== selected) refreshShown();
    else if (!isKnown) { chosen = false; show(null); }
  }
}, 250);

// ---- events -------------------------------------------------------------------------------------

let source = null;

function connect() {
  if (saved) return onEvent({ overview: saved.overview, changed: [], more: true });
  if (source) source.close();
  source = new EventSource("/events");
  source.addEventListener("open", () => {
    connection(true);
    forgetModel(); // the server may be a new one, with another history
    forgetSummary();
    forgetDeadLetters();
    overview = null;
  });
  source.addEventListener("update", (event) => onEvent(JSON.parse(event.data)));
  source.addEventListener("heartbeat", (event) => onEvent(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    connection(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  });
}

function onEvent(news) {
  const before = overview;
  overview = news.overview;
  showOverview(overview);
  news.changed.forEach(updateRow);
  loadDeadLetters(overview.dead_letters).catch(unlessUnreachable);
  if (overview.keys === 0) return;
  const happened = !before || before.events !== overview.events;
  if (happened || news.more || news.changed.length > 0) refreshKeys();
  if (!before || before.keys !== overview.keys) decide(overview.keys).catch(unlessUnreachable);
  const isNews = happened ||
    (selected === null ? before.summary_points !== overview.summary_points || Date.now() > summaryAt + SUMMARY_PERIOD_MS
      : news.more || news.changed.some(isShown));
  if (isNews) refreshShown();
}

/** Whether a key is the one that is shown, or another horizon of its series. */
const isShown = (summary) => summary.key === selected || (summary.series !== undefined && summary.series === shownSeries());

// ---- controls -----------------------------------------------------------------------------------

/** Buttons of which one is pressed; its value is passed on. */
function switchOf(id, onChange) {
  const buttons = [...$(id).querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      onChange(button.value);
    });
  }
}

function startSwitches() {
  const axes = { byTime: false, latestOnly: false };
  switchOf("matrix-switch", showMatrix);
  switchOf("axis-switch", (value) => { axes.byTime = value === "time"; setAxes({ ...axes }); });
  switchOf("range-switch", (value) => { axes.latestOnly = value === "latest"; setAxes({ ...axes }); });
  switchOf("summary-range-switch", (value) => setSummaryAxes({ latestOnly: value === "latest" }));
}

const remembered = () => { try { return localStorage.getItem(SHORTCUTS) !== "off"; } catch (error) { return true; } };

const actions = {
  "/": () => $("search").focus(),
  j: () => chooseNext(1),
  k: () => chooseNext(-1),
  a: () => choose(null),
  t: () => window.toggleTheme(),
  "?": () => $("help").showModal(),
};

/** Shortcuts work outside of text fields, and can be turned off for speech input. */
function onKey(event) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key === "Escape" && document.activeElement === $("search")) {
    $("search").value = "";
    $("search").dispatchEvent(new Event("input"));
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || $("help").open || !$("shortcuts").checked) return;
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
}

function startControls() {
  startSwitches();
  $("all-keys").addEventListener("click", () => choose(null));
  $("theme").addEventListener("click", () => window.toggleTheme());
  $("help-button").addEventListener("click", () => $("help").showModal());
  $("help-close").addEventListener("click", () => $("help").close());
  $("shortcuts").checked = remembered();
  $("shortcuts").addEventListener("change", () => {
    try { localStorage.setItem(SHORTCUTS, $("shortcuts").checked ? "on" : "off"); } catch (error) { /* until the page closes */ }
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("themechange", () => { drawModel(); drawSummary(); });
  window.addEventListener("hashchange", () => {
    const key = fromAddress();
    if (key !== undefined && key !== selected) { chosen = true; show(key); }
  });
}

const asked = fromAddress();
startHead();
startKeys(choose);
startControls();
if (asked !== undefined) chosen = true;
show(asked === undefined ? null : asked);
connect();
