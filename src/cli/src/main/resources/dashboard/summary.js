// All keys together: the distribution of the figures, the worst keys, and the latest events.
import { Charts, eventWord } from "./charts.js";
import { $, after, column, getJson, groups, isNumber, merged, moment, setText } from "./format.js";
import { saved } from "./saved.js";
import { drawLinked, drawTable } from "./tables.js";
import { SUMMARY, WORST, formatScore, labelOf, shortOf } from "./views.js";

const MAX_POINTS = 4000;
const MAX_EVENTS = 15;

let points = null;
let news = null;
let events = null;
let charts = null;
let latestOnly = false;

/** Forgets what is held, as the server may be a new one with another history. */
export function forgetSummary() {
  points = null;
  events = null;
}

/**
 * Fetches what is new and draws it.
 *
 * @param count of the events that the server has
 */
export async function loadSummary(count) {
  const from = after(points, MAX_POINTS);
  const [answer, happened] = await Promise.all([
    getJson("/api/summary?" + from.slice(1)),
    !events || events.count !== count ? getJson("/api/events") : null,
  ]);
  if (points && points.run !== answer.run) { // what came is the end of another series
    points = null;
    return loadSummary(count);
  }
  points = from === "" ? answer : merged(points, answer);
  news = answer;
  if (happened) events = happened;
  drawSummary();
}

export function setSummaryAxes(axes) {
  latestOnly = axes.latestOnly;
  drawSummary();
}

export function drawSummary() {
  if (!points || !events) return;
  const summary = news.summary;
  setText($("summary-keys"), groups(summary.keys));
  setText($("summary-active"), groups(summary.active));
  $("active-tile").hidden = $("summary-range-switch").hidden = saved !== null; // no charts by the clock
  const drifting = summary.drifting ? summary.drifting.count : null;
  setText($("summary-drifting"), groups(drifting));
  $("summary-drifting").classList.toggle("warn", drifting > 0);
  setText($("summary-sub"), "each key counts once" + (news.from_topic ? "; from the summary topic" : ""));
  drawSpread();
  if (!charts) charts = new Charts($("summary-charts"), SUMMARY);
  const drawn = SUMMARY.filter((spec) => column(points, spec.lines[0].of).some(isNumber) || (spec.lines[0].of === "rate" && !saved));
  charts.specs = drawn;
  charts.draw({ places: column(points, "time_ms"), times: column(points, "time"), of: (name) => column(points, name), byTime: true, latestOnly });
  drawWorst(news.from_topic && summary.worst.length > 0 ? summary.worst : news.worst);
  drawEvents();
}

function drawSpread() {
  const { accuracy, loss } = news.summary;
  const { f1, auc, mase } = news.figures;
  const lines = [
    ["classes", "accuracy", "", accuracy],
    ["classes", "f1", " of rare classes", f1],
    ["classes", "auc_roc", " of rare classes", auc],
    ["classes", "loss", "", loss],
    ["values", "mase", "", mase],
  ].filter(([, , , spread]) => spread).map(([kind, name, of, spread]) =>
    [labelOf(kind, name) + of, ["min", "p10", "p50", "p90", "max"].map((at) => formatScore(kind, name, spread[at]))]);
  $("spread-panel").hidden = lines.length === 0;
  if (lines.length > 0) drawTable($("spread"), ["window", "min", "p10", "median", "p90", "max"], lines);
}

function drawWorst(worst) {
  $("worst-panel").hidden = worst.length === 0;
  // The columns are the figures that some of them have.
  const columns = WORST.filter(([, name]) => worst.some((one) => isNumber(one[name])));
  drawLinked($("worst"), ["key", ...columns.map(([kind, name]) => shortOf(kind, name)), "examples"],
    worst.map((one) => [one.key, [...columns.map(([kind, name]) => formatScore(kind, name, one[name])), groups(one.examples)]]));
}

function drawEvents() {
  const shown = events.events.slice(0, MAX_EVENTS);
  setText($("all-events-note"), shown.length === 0 ? "Nothing has happened to a model yet: no drift, no reset, no skipped step." : "");
  $("all-events").hidden = shown.length === 0;
  drawLinked($("all-events"), ["key", "event", "event time"],
    shown.map((one) => [one.key, [eventWord(one.event) + (one.detail ? ": " + one.detail : ""), moment(one.time)]]));
}
