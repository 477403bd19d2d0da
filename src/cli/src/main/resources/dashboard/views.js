// What is drawn, by kind of task. A line with "own: true" is the model's; the others are compared
// with it. Lines that may be absent are left out of the chart until they have a value, and those that
// stand aside may lie outside of it, so that the others are not pressed together. A chart without
// lines is left out. A chart with "ahead" is over time: "ahead" of a line is the place of its part in
// the forecasts for times that have not come, which follow its points; a line "from" begins with the
// last point of another.
//
// Names and directions of scores are the server's (SCORES); here is which of them are drawn, and where.
import { SCORES } from "./scores.js";
import { format } from "./format.js";

const share = { digits: 3, high: 1 };
const amount = { digits: null };
const model = { name: "model", style: "model", own: true };

/** How a score is written and drawn; the scale of losses, and of errors in the label's unit, is their own. */
const scale = (kind, name) => (SCORES[kind][name].better > 0 ? share
  : kind === "values" || name === "loss" ? amount : { digits: 3 });

/** A score in words, and in fewer where there is little room. */
export const labelOf = (kind, name) => SCORES[kind][name].label;
const SHORT = { accuracy: "acc", exact_match: "exact", hamming_loss: "hamming" };
export const shortOf = (kind, name) => SHORT[name] || labelOf(kind, name);
export const formatScore = (kind, name, value) => format(value, scale(kind, name).digits);

const title = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// What a score of the window is drawn with, by the first word of its columns. Estimates are of
// predictions whose labels have not come.
const baseline = (name) => ["baseline", { name, style: "baseline", dash: [5, 4], optional: true }];
const rival = (of, name) => [of, { name, style: "baseline", dash: [1, 4], optional: true, aside: true }];
const validation = ["validation", { name: "held out", style: "second", dash: [8, 3], optional: true }];
const COMPANIONS = {
  classes: [baseline("no change"), rival("majority", "majority"), validation,
    ["estimate", { name: "estimate", style: "model", dash: [2, 3], optional: true }]],
  values: [baseline("last value"), rival("mean", "mean"),
    ["seasonal", { name: "season", style: "second", dash: [5, 4], optional: true }], validation],
  sets: [],
};

/** A score over the examples; "more" has what differs, of the chart and of the model's line. */
const chart = (kind, name, { line = {}, lines = [], ...more } = {}) => ({
  title: title(labelOf(kind, name)), ...scale(kind, name),
  lines: [
    { ...model, of: name, ...line },
    ...COMPANIONS[kind].map(([of, drawn]) => ({ ...drawn, of: of + "_" + name })),
    ...lines,
  ],
  ...more,
});

/** A score in the window; "more" has what it is compared with. */
const tile = (kind, name, more = {}) => ({
  id: "window-" + name.replaceAll("_", "-"), label: title(labelOf(kind, name)), of: name,
  better: SCORES[kind][name].better, ...scale(kind, name), ...more,
});

const rate = {
  title: "Throughput", hint: "examples/s as they arrive", from: 0, ...amount,
  lines: [{ ...model, name: "", of: "rate" }],
};

const coverage = (of) => ({
  title: "Coverage", hint: "labels in their " + of, ...share,
  lines: [
    { ...model, name: of, of: "coverage", optional: true },
    { name: "level", of: "coverage_level", style: "baseline", dash: [5, 4], optional: true },
  ],
});

// "main" is the score of the list of keys, "rare" the one in its place where nearly all examples have
// the same class; the keys are ordered by the first of "ranks" that there is.
export const CLASSIFICATION = {
  kind: "classes", main: "accuracy", rare: "f1", ranks: ["loss"],
  tiles: [
    tile("classes", "accuracy", { versus: "no_change" }),
    tile("classes", "accuracy", { id: "estimated-accuracy", label: "Accuracy estimate", block: "estimate" }),
    tile("classes", "f1", { versus: "no_change" }),
    tile("classes", "precision"),
    tile("classes", "recall"),
    tile("classes", "auc_roc"),
    tile("classes", "log_loss", { against: ["log_loss_baseline", "class frequencies"] }),
    tile("classes", "normalized_entropy"),
    tile("classes", "loss"),
  ],
  charts: [
    chart("classes", "accuracy"),
    chart("classes", "f1"),
    chart("classes", "precision", {
      title: "Precision and recall", line: { name: "precision" },
      lines: [{ ...model, name: "recall", of: "recall", style: "second" }],
    }),
    chart("classes", "loss"),
    chart("classes", "log_loss", {
      lines: [{ name: "class frequencies", of: "log_loss_baseline", style: "baseline", dash: [5, 4] }],
    }),
    chart("classes", "auc_roc"),
    coverage("sets"),
    rate,
  ],
  compare: ["accuracy", "f1", "kappa", "loss"],
  baselines: [["no_change", "no change"], ["majority", "majority class"]],
  validation: ["accuracy", "f1", "loss"],
};

// Each value with what was forecast of it, and what is forecast next.
const series = {
  title: "Series", hint: "values, their forecasts, and the next ones; not joined where records are not reported", digits: null,
  ahead: true, wide: true, band: ["forecast_high", "forecast_low"],
  lines: [
    { name: "value", of: "value", style: "text", own: true, optional: true },
    { name: "forecast", of: "forecast", style: "model", optional: true },
    { name: "next", from: "value", ahead: 1, style: "model", dash: [6, 4], optional: true },
    { name: "low", of: "forecast_low", ahead: 2, style: "baseline", dash: [1, 4], optional: true },
    { name: "high", of: "forecast_high", ahead: 3, style: "baseline", dash: [1, 4], optional: true },
  ],
};

export const REGRESSION = {
  kind: "values", main: "mae", ranks: ["loss", "mase"],
  tiles: [
    tile("values", "mae", { versus: "last_value" }),
    tile("values", "rmse", { versus: "last_value" }),
    tile("values", "r2"),
    tile("values", "mase", { optional: true }),
    tile("values", "loss", { optional: true }),
  ],
  charts: [
    series,
    chart("values", "mae"),
    chart("values", "rmse"),
    chart("values", "r2"),
    chart("values", "mase", { hint: "below 1: better than naive", line: { optional: true } }),
    chart("values", "loss", { line: { optional: true } }),
    coverage("intervals"),
    rate,
  ],
  compare: ["mae", "rmse", "r2", "loss"],
  baselines: [["last_value", "last value"], ["mean", "mean"]],
  validation: ["mae", "rmse", "loss"],
};

/** Several outputs together; each has a page of its own. */
export const OUTPUTS = {
  kind: "sets", main: "f1", ranks: ["hamming_loss"],
  tiles: [
    tile("sets", "f1", { label: "Micro F1" }),
    tile("sets", "macro_f1"),
    tile("sets", "jaccard"),
    tile("sets", "exact_match"),
    tile("sets", "hamming_loss"),
    tile("sets", "precision"),
    tile("sets", "recall"),
  ],
  charts: [
    chart("sets", "f1", { line: { name: "micro" }, lines: [{ ...model, name: "macro", of: "macro_f1", style: "second" }] }),
    chart("sets", "jaccard", {
      line: { name: "micro" }, lines: [{ ...model, name: "mean of the examples", of: "jaccard_samples", style: "second" }],
    }),
    chart("sets", "exact_match", { hint: "examples all of whose labels are right", line: { name: "" } }),
    chart("sets", "hamming_loss", { hint: "labels that are wrong", line: { name: "" } }),
    rate,
  ],
  compare: ["f1", "macro_f1", "jaccard", "exact_match"],
  baselines: [],
  validation: ["f1", "exact_match"],
};

/** How the validation loss went from epoch to epoch. */
export const EPOCHS = {
  title: "Validation loss", hint: "held-out examples of each epoch", ...amount, places: "epochs",
  lines: [{ ...model, name: "held out", of: "loss" }],
};

/** The distribution of a score over the keys. */
const spread = (kind, name, more = {}) => ({
  title: title(labelOf(kind, name)) + " of the keys", ...scale(kind, name), band: [name + "_p90", name + "_p10"],
  lines: [
    { ...model, name: "median key", of: name + "_p50" },
    { name: "p90", of: name + "_p90", style: "baseline" },
    { name: "p10", of: name + "_p10", style: "baseline" },
  ],
  ...more,
});

export const SUMMARY = [
  { title: "Throughput", hint: "examples/s over all keys", from: 0, ...amount, lines: [{ ...model, name: "", of: "rate" }] },
  { title: "Lag", hint: "records not yet in a report", from: 0, ...amount, lines: [{ ...model, name: "", of: "lag" }] },
  spread("classes", "accuracy"),
  spread("classes", "f1", { hint: "of rare classes" }),
  spread("values", "mase"),
  spread("classes", "loss"),
];

const VIEWS = [CLASSIFICATION, REGRESSION, OUTPUTS];

/** Scores of the worst keys, as [kind, name], each once: those by which keys are ordered, then those of the list. */
export const WORST = [
  ...VIEWS.flatMap(({ kind, ranks }) => ranks.map((name) => [kind, name])),
  ...VIEWS.flatMap(({ kind, main, rare }) => [[kind, main], [kind, rare]]),
].filter(([, name], i, all) => name && all.findIndex(([, other]) => other === name) === i);

export const viewOf = (task) => (task === "multilabel" || task === "multi-target" ? OUTPUTS
  : task === "regression" ? REGRESSION : CLASSIFICATION);
