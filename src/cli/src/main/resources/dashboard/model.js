// The model of one key: figures, charts, confusion matrix, tables.
import { Charts, MARKS, eventWord } from "./charts.js";
import { $, DASH, after, column, duration, element, format, getJson, groups, isNumber, keyLabel, merged, moment, setText } from "./format.js";
import { drawMatrix } from "./matrix.js";
import { drawLinked, drawList, drawTable } from "./tables.js";
import { EPOCHS, formatScore, labelOf, shortOf, viewOf } from "./views.js";

const MAX_POINTS = 4000;       // beyond this the thinned history is fetched again
const MAX_EVENTS = 12;
let points = null; // { key, run, columns, values, epochs }, one array per column
let latest = null; // the key's whole metrics record
let marks = [];
let marksCount = -1;
let charts = null;
let shownView = null;
let settings = { byTime: false, latestOnly: false };

/** Forgets what is held, as the server may be a new one with another history. */
export function forgetModel() {
  points = null;
  latest = null;
  marksCount = -1;
}

/**
 * Fetches what is new of a key and draws it.
 *
 * @param count of the events that the server has
 * @param isWanted whether the key is still the one to show
 * @return false if the server does not know the key
 */
export async function loadModel(key, count, isWanted) {
  const name = encodeURIComponent(key);
  const held = points && points.key === key ? points : null;
  const newMarks = !held || count !== marksCount;
  const [news, record, events] = await Promise.all([
    getJson("/api/history?key=" + name + after(held, MAX_POINTS)),
    getJson("/api/latest?key=" + name),
    newMarks ? getJson("/api/events?key=" + name) : null,
  ]);
  if (!isWanted()) return true;
  if (news == null || record == null) return false;
  if (held && held.run !== news.run) { // what came is the end of another series
    points = null;
    return loadModel(key, count, isWanted);
  }
  points = after(held, MAX_POINTS) === "" ? news : merged(held, news);
  latest = record;
  if (events) [marks, marksCount] = [events.events, events.count];
  drawModel();
  return true;
}

/** The series that the shown key forecasts, if any. */
export const shownSeries = () => (latest ? latest.series : undefined);

/** Draws with other axes. */
export function setAxes(axes) {
  settings = axes;
  drawModel();
}

export function drawModel() {
  if (!latest || !points) return;
  const view = viewOf(latest.task);
  if (view !== shownView) buildView(view);
  setText($("key-name"), keyLabel(latest.key));
  $("key-name").title = keyLabel(latest.key);
  const window = latest.window || {};
  const size = isNumber(window.size) ? ", window of the last " + groups(window.size) + " examples" : "";
  const calibration = window.calibration && isNumber(window.calibration.mean_predicted)
    ? ", mean predicted " + format(window.calibration.mean_predicted, 3) + ", observed " + format(window.calibration.observed_share, 3)
      + (isNumber(window.calibration.ratio) ? ", ratio " + format(window.calibration.ratio, 3) : "") : "";
  const inGroups = window.groups && isNumber(window.groups.auc)
    ? ", in groups: AUC " + format(window.groups.auc, 3) + ", hit rate " + format(window.groups.hit_rate, 3)
      + ", NDCG " + format(window.groups.ndcg, 3) : "";
  const ends = window.interval && isNumber(window.interval.width)
    ? ", intervals " + format(window.interval.width, null) + " wide" : "";
  const sets = window.set && isNumber(window.set.size)
    ? ", sets of " + format(window.set.size, 2) + " classes" : "";
  const next = latest.forecast && latest.forecast.next;
  const ahead = next && isNumber(next.value)
    ? ", next " + format(next.value, null)
      + (isNumber(next.low) ? " (" + format(next.low, null) + " to " + format(next.high, null) + ")" : "")
      + (next.target_time ? " at " + next.target_time.slice(0, 16).replace("T", " ") : "") : "";
  setText($("key-sub"), latest.task + size + calibration + inGroups + ends + sets + ahead);
  const warnings = [];
  const losers = Object.entries(latest.outputs || {}).filter(([, output]) => output.window && output.window.better_than_baseline === false);
  if (losers.length > 0) warnings.push("Worse than a baseline: " + losers.map(([name]) => name).join(", ") + ".");
  if (window.better_than_baseline === false) warnings.push("Worse than a baseline.");
  const remedies = [...(isNumber(latest.threshold) ? [] : ["metrics.threshold-metric: f1"]), "model.class-weights: balanced"];
  if (window.predicts_one_class) warnings.push("Predicts only one class: " + remedies.join(" or ") + " may help.");
  setText($("key-warnings"), warnings.join(" "));
  drawTiles(view);
  drawCharts();
  drawMatrix(latest.confusion_matrix);
  drawOutputs();
  drawCalibration();
  drawClasses();
  drawCompare(view);
  drawMembers();
  drawImportance();
  drawLabels();
  drawValidation(view);
  drawEvents();
  drawSettings();
}

function buildView(view) {
  shownView = view;
  if (charts) charts.clear();
  charts = new Charts($("charts"), view.charts);
  const own = view.tiles.map((tile) => newTile(tile.id, tile.label, tile.versus || tile.against || tile.block ? "tile versus" : "tile"));
  $("tiles").replaceChildren(...own, newTile("examples", "Examples", "tile"));
  const rate = element("span");
  rate.id = "rate";
  $("examples-delta").append(rate, " per second");
}

function newTile(id, label, className) {
  const tile = element("dl", className);
  const value = element("dd", "value");
  value.id = id;
  const delta = element("dd", "delta");
  delta.id = id + "-delta";
  tile.append(element("dt", "", label), value, delta);
  return tile;
}

function drawTiles(view) {
  for (const tile of view.tiles) {
    const block = latest[tile.block || "window"];
    const value = block && block[tile.of];
    setText($(tile.id), format(value, tile.digits));
    if (tile.optional) $(tile.id).parentNode.hidden = !isNumber(value);
    if (tile.block) {
      $(tile.id).parentNode.hidden = !block;
      setText($(tile.id + "-delta"), block ? groups(block.predictions) + " without labels" : "");
    }
    if (tile.against) {
      const [of, name] = tile.against;
      drawDelta($(tile.id + "-delta"), tile, value, latest.window[of], name);
    }
    if (!tile.versus) continue;
    const baseline = latest.baseline && latest.baseline[tile.versus];
    drawDelta($(tile.id + "-delta"), tile, value, baseline && baseline.window ? baseline.window[tile.of] : null);
  }
  setText($("examples"), groups(latest.examples));
  const rates = column(points, "rate").filter(isNumber);
  setText($("rate"), groups(rates[rates.length - 1]));
}

function drawDelta(node, tile, value, baseline, other = null) {
  const known = isNumber(value) && isNumber(baseline);
  const gain = known ? (value - baseline) * tile.better : 0;
  node.className = "delta " + (gain > 0 ? "good" : gain < 0 ? "bad" : "");
  const name = other || (tile.versus === "no_change" ? "no-change" : "last value");
  const sign = value > baseline ? "+" : value < baseline ? "\u2212" : "\u00b1";
  setText(node, known ? sign + format(Math.abs(value - baseline), tile.digits) + " vs " + name : "");
}

function drawCharts() {
  const epochs = points.epochs.length > 0
    ? { spec: EPOCHS, places: points.epochs.map(([epoch]) => epoch), of: () => points.epochs.map(([, loss]) => loss) } : null;
  charts.draw({
    places: column(points, "seq"), times: column(points, "time"), of: (name) => column(points, name), marks, ahead: points.ahead, stride: points.stride, ...settings,
  }, epochs);
  const kinds = [...new Set(marks.map((mark) => mark.event))].filter((event) => MARKS[event]);
  $("marks-legend").hidden = kinds.length === 0;
  const text = kinds.map((event) => MARKS[event].word).join(",");
  if ($("marks-legend").dataset.kinds !== text) {
    $("marks-legend").dataset.kinds = text;
    $("marks-legend").replaceChildren(...kinds.map((event) => element("span", "mark " + MARKS[event].shape, MARKS[event].word)));
  }
}

// ---- tables -------------------------------------------------------------------------------------

function drawClasses() {
  const classes = latest.per_class;
  $("classes-panel").hidden = !classes;
  if (!classes) return;
  const scores = ["precision", "recall", "f1"];
  drawTable($("classes"), ["class", ...scores.map((name) => labelOf("classes", name)), "count"],
    classes.map((one) => [one.class, [...scores.map((name) => formatScore("classes", name, one[name])), groups(one.support)]]));
}

/** Each of several outputs, with a link to its own page. */
function drawOutputs() {
  const outputs = Object.entries(latest.outputs || {});
  // A column is a score, or one that another is compared with, under a heading of its own.
  const tableOf = (id, kind, columns, shown) => {
    $(id).hidden = shown.length === 0;
    drawLinked($(id), ["output", ...columns.map(([name, , heading = shortOf(kind, name)]) => heading)], shown.map(([name, output]) => {
      const window = output.window || {};
      return [latest.key + "@" + name, columns.map(([score, of = score]) => formatScore(kind, score, window[of])), name];
    }));
  };
  $("outputs-panel").hidden = outputs.length === 0;
  tableOf("outputs-classes", "classes", [["accuracy"], ["f1"], ["log_loss"], ["log_loss", "log_loss_baseline", "class freq."]],
    outputs.filter(([, output]) => output.task !== "regression"));
  tableOf("outputs-values", "values", [["mae"], ["mae", "mae_baseline", "of mean"], ["rmse"], ["r2"]],
    outputs.filter(([, output]) => output.task === "regression"));
}

/** Mean predicted probability and observed share, of all examples and of the segments in the window. */
function drawCalibration() {
  const figures = (one, examples) => [format(one.mean_predicted, 3), format(one.observed_share, 3), format(one.ratio, 3), groups(examples)];
  const lines = [["window", latest.window], ["since start", latest.total]]
    .filter(([, block]) => block && block.calibration && isNumber(block.calibration.mean_predicted))
    .map(([name, block]) => [name, figures(block.calibration, block.examples)]);
  const segments = (latest.window || {}).segments;
  if (segments) {
    lines.push([segments.column + ", window", ["", "", "", ""], "group"],
      ...segments.values.map((one) => [one.value === null ? DASH : one.value, figures(one, one.examples)]));
  }
  $("segments-panel").hidden = lines.length === 0;
  drawTable($("segments"), ["", "predicted", "observed", "ratio", "count"], lines);
}

function drawCompare(view) {
  const compared = view.compare.filter((name) => name !== "loss" || isNumber((latest.window || {}).loss));
  const figures = (block) => compared.map((name) => formatScore(view.kind, name, block && block[name]));
  const baseline = latest.baseline || {};
  const known = view.baselines.filter(([id]) => baseline[id]);
  const block = (of) => [
    ["model", figures(latest[of]), "own"],
    ...known.map(([id, name]) => [name, figures(baseline[id][of])]),
  ];
  const second = ["since start", compared.map(() => ""), "group"];
  drawTable($("compare"), ["window", ...compared.map((name) => shortOf(view.kind, name))],
    [...block("window"), second, ...block("total")]);
}

/** Networks of a mixture with their weights, or champion and challengers. */
function drawMembers() {
  const { members, models } = latest;
  const competing = Array.isArray(models) ? models.filter((one) => one && typeof one.name === "string") : [];
  const mixed = members && members.weights ? Object.keys(members.weights) : [];
  $("members-panel").hidden = competing.length === 0 && mixed.length === 0;
  if (competing.length > 0) {
    setText($("members-title"), "Models");
    drawTable($("members"), ["model", "loss", labelOf("classes", "accuracy"), "leads for"], competing.map((one) => {
      const isChampion = one.role === "champion";
      const loss = [one.log_loss, one.mae, one.loss].find(isNumber);
      return [one.name + (isChampion ? " (champion)" : ""), [format(loss), formatScore("classes", "accuracy", one.accuracy), groups(one.lead)], isChampion ? "own" : ""];
    }));
  } else if (mixed.length > 0) {
    setText($("members-title"), "Mixture");
    const losses = members.losses || {};
    drawTable($("members"), ["network", "weight", "loss"], mixed.map((name) => {
      const leads = name === members.leader;
      return [name + (leads ? " (leads)" : ""), [format(members.weights[name], 3), format(losses[name])], leads ? "own" : ""];
    }));
  }
}

/** Columns of the input and their share in recent contributions. */
function drawImportance() {
  const shares = Object.entries(latest.importance || {}).filter(([, share]) => isNumber(share));
  $("importance-panel").hidden = shares.length === 0;
  drawTable($("importance"), ["column", "share"], shares.map(([name, share]) => [name, [format(share, 3)], ""]));
}

/** Delayed labels: counts and delays. */
function drawLabels() {
  const { labels } = latest;
  const known = labels != null && isNumber(labels.matched);
  $("labels-panel").hidden = !known;
  if (!known) return;
  const delay = labels.delay_ms;
  const delays = delay ? ["p50", "p90", "p99", "max"].filter((of) => isNumber(delay[of])).map((of) => [of, duration(delay[of])]) : [];
  const { estimate } = latest;
  const estimated = ["accuracy", "f1"].filter((name) => estimate && isNumber(estimate[name]));
  drawList($("labels"), [
    ...estimated.map((name) => [labelOf("classes", name) + ", an estimate", formatScore("classes", name, estimate[name]), ""]),
    ["labels joined", groups(labels.matched), "labels-matched"],
    ["waiting for their label", groups(labels.pending), ""],
    ["labels timed out", groups(labels.timed_out + (labels.imputed || 0)), ""],
    ["without features", groups(labels.without_features), ""],
    ["delay", delays.map(([of, text]) => of + " " + text).join(", ") || DASH, ""],
  ]);
}

function drawValidation(view) {
  const held = latest.validation;
  $("validation-panel").hidden = !held;
  if (!held) return;
  const block = (of) => view.validation.map((name) => formatScore(view.kind, name, held[of] && held[of][name]));
  drawTable($("validation"), ["held out", ...view.validation.map((name) => shortOf(view.kind, name))],
    [["window", block("window"), "own"], ["epoch " + (latest.epoch || 1), block("epoch")]]);
  const best = isNumber(held.best_loss) ? "Lowest loss " + format(held.best_loss) + ", in epoch " + held.best_epoch + "." : "";
  setText($("validation-note"), [best, held.stopped ? "Learning has stopped: no lower loss within the patience of the pipeline." : ""].join(" ").trim());
}

function drawEvents() {
  $("events-panel").hidden = marks.length === 0;
  drawTable($("events"), ["event", "examples", "event time"],
    marks.slice(0, MAX_EVENTS).map((mark) => [
      eventWord(mark.event) + (mark.detail ? ": " + mark.detail : ""), [groups(mark.seq), moment(mark.time)]]));
  setText($("events-note"), marks.length > MAX_EVENTS ? "The last " + MAX_EVENTS + " of " + groups(marks.length) + "." : "");
}

function drawSettings() {
  const lines = [
    ["model version", groups(latest.model_version), "model-version"],
    ["learning rate", isNumber(latest.learning_rate) ? String(latest.learning_rate) : DASH, "learning-rate"],
    ["skipped steps", groups(latest.skipped_steps), "skipped-steps"],
    ["clipped steps", groups(latest.clipped_steps), "clipped-steps"],
    ["rollbacks", groups(latest.rollbacks), "rollbacks"],
    ["event time", moment(Date.parse(latest.event_time)), "event-time"],
    ["config", latest.config_hash || DASH, "config"],
  ];
  for (const [topic, partitions] of Object.entries(latest.input || {})) {
    for (const [partition, range] of Object.entries(partitions)) {
      lines.push([topic + " [" + partition + "]", "offsets " + [].concat(range).join("\u2013"), ""]);
    }
  }
  drawList($("settings"), lines);
}
