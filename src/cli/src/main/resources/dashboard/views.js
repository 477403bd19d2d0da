// What is drawn, by kind of task. A line with "own: true" is the model's; the others are compared
// with it. Lines that may be absent are left out of the chart until they have a value, and those that
// stand aside may lie outside of it, so that the others are not pressed together. A chart without
// lines is left out. A chart with "ahead" is over time: "ahead" of a line is the place of its part in
// the forecasts for times that have not come, which follow its points; a line "from" begins with the
// last point of another.

const share = { digits: 3, low: 0, high: 1 };
const amount = { digits: null, low: 0 };
const model = { name: "model", style: "model", own: true };
const validation = { name: "held out", style: "second", dash: [8, 3], optional: true };
// Of predictions whose labels have not come.
const estimate = { name: "estimate", style: "model", dash: [2, 3], optional: true };

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

const byLoss = { name: "loss", label: "loss" };

// "main" is the figure of the list of keys, "rare" the one in its place where nearly all examples have
// the same class; the keys are ordered by the first of "ranks" that there is.
export const CLASSIFICATION = {
  main: { name: "accuracy", label: "acc", baseline: "baseline_accuracy", better: 1, ...share },
  rare: { name: "f1", label: "F1", ...share },
  ranks: [byLoss],
  tiles: [
    { id: "window-accuracy", label: "Accuracy", of: "accuracy", versus: "no_change", better: 1, ...share },
    { id: "estimated-accuracy", label: "Accuracy estimate", block: "estimate", of: "accuracy", ...share },
    { id: "window-f1", label: "F1", of: "f1", versus: "no_change", better: 1, ...share },
    { id: "window-precision", label: "Precision", of: "precision", ...share },
    { id: "window-recall", label: "Recall", of: "recall", ...share },
    { id: "window-auc", label: "AUC", of: "auc_roc", ...share },
    { id: "window-log-loss", label: "Log-loss", of: "log_loss", against: ["log_loss_baseline", "class frequencies"], better: -1, digits: 3, low: 0 },
    { id: "window-normalized-entropy", label: "Normalized entropy", of: "normalized_entropy", digits: 3, low: 0 },
    { id: "window-loss", label: "Loss", of: "loss", ...amount },
  ],
  charts: [
    {
      title: "Accuracy", ...share,
      lines: [
        { ...model, of: "accuracy" },
        { name: "no change", of: "baseline_accuracy", style: "baseline", dash: [5, 4] },
        { name: "majority", of: "majority_accuracy", style: "baseline", dash: [1, 4], optional: true, aside: true },
        { ...validation, of: "validation_accuracy" },
        { ...estimate, of: "estimated_accuracy" },
      ],
    },
    {
      title: "F1", ...share,
      lines: [
        { ...model, of: "f1" },
        { name: "no change", of: "baseline_f1", style: "baseline", dash: [5, 4] },
        { ...estimate, of: "estimated_f1" },
      ],
    },
    {
      title: "Precision and recall", ...share,
      lines: [
        { ...model, name: "precision", of: "precision" },
        { ...model, name: "recall", of: "recall", style: "second" },
      ],
    },
    { title: "Loss", ...amount, lines: [{ ...model, of: "loss" }, { ...validation, of: "validation_loss" }] },
    {
      title: "Log-loss", ...amount,
      lines: [
        { ...model, of: "log_loss" },
        { name: "class frequencies", of: "log_loss_baseline", style: "baseline", dash: [5, 4] },
      ],
    },
    { title: "AUC", ...share, lines: [{ ...model, of: "auc" }] },
    coverage("sets"),
    rate,
  ],
  compare: ["accuracy", "f1", "kappa", "loss"],
  baselines: [["no_change", "no change"], ["majority", "majority class"]],
  validation: [["accuracy", 3], ["f1", 3], ["loss", null]],
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
  main: { name: "mae", label: "MAE", baseline: "baseline_mae", better: -1, ...amount },
  ranks: [byLoss, { name: "mase", label: "MASE" }],
  tiles: [
    { id: "window-mae", label: "MAE", of: "mae", versus: "last_value", better: -1, ...amount },
    { id: "window-rmse", label: "RMSE", of: "rmse", versus: "last_value", better: -1, ...amount },
    { id: "window-r2", label: "R\u00b2", of: "r2", digits: 3 },
    { id: "window-mase", label: "MASE", of: "mase", optional: true, ...amount },
    { id: "window-loss", label: "Loss", of: "loss", optional: true, ...amount },
  ],
  charts: [
    series,
    {
      title: "MAE", ...amount,
      lines: [
        { ...model, of: "mae" },
        { name: "last value", of: "baseline_mae", style: "baseline", dash: [5, 4] },
        { name: "mean", of: "mean_mae", style: "baseline", dash: [1, 4], optional: true, aside: true },
        { name: "season", of: "seasonal_mae", style: "second", dash: [5, 4], optional: true },
        { ...validation, of: "validation_mae" },
      ],
    },
    {
      title: "RMSE", ...amount,
      lines: [
        { ...model, of: "rmse" },
        { name: "last value", of: "baseline_rmse", style: "baseline", dash: [5, 4] },
      ],
    },
    { title: "R\u00b2", digits: 3, high: 1, lines: [{ ...model, of: "r2" }] },
    { title: "MASE", hint: "below 1: better than naive", ...amount, lines: [{ ...model, of: "mase", optional: true }] },
    { title: "Loss", ...amount, lines: [{ ...model, of: "loss", optional: true }] },
    coverage("intervals"),
    rate,
  ],
  compare: ["mae", "rmse", "r2", "loss"],
  baselines: [["last_value", "last value"], ["mean", "mean"]],
  validation: [["mae", null], ["rmse", null], ["loss", null]],
};

/** Several outputs together; each has a page of its own. */
export const OUTPUTS = {
  main: { name: "f1", label: "F1", better: 1, ...share },
  ranks: [{ name: "hamming_loss", label: "hamming" }],
  tiles: [
    { id: "window-f1", label: "Micro F1", of: "f1", ...share },
    { id: "window-macro-f1", label: "Macro F1", of: "macro_f1", ...share },
    { id: "window-jaccard", label: "Jaccard", of: "jaccard", ...share },
    { id: "window-exact-match", label: "Exact match", of: "exact_match", ...share },
    { id: "window-hamming-loss", label: "Hamming loss", of: "hamming_loss", ...share },
    { id: "window-precision", label: "Precision", of: "precision", ...share },
    { id: "window-recall", label: "Recall", of: "recall", ...share },
  ],
  charts: [
    {
      title: "F1", ...share,
      lines: [
        { ...model, name: "micro", of: "f1" },
        { ...model, name: "macro", of: "macro_f1", style: "second" },
      ],
    },
    {
      title: "Jaccard", ...share,
      lines: [
        { ...model, name: "micro", of: "jaccard" },
        { ...model, name: "mean of the examples", of: "jaccard_samples", style: "second" },
      ],
    },
    { title: "Exact match", hint: "examples all of whose labels are right", ...share, lines: [{ ...model, name: "", of: "exact_match" }] },
    { title: "Hamming loss", hint: "labels that are wrong", ...amount, lines: [{ ...model, name: "", of: "hamming_loss" }] },
    rate,
  ],
  compare: ["f1", "macro_f1", "jaccard", "exact_match"],
  baselines: [],
  validation: [["f1", 3], ["exact_match", 3]],
};

/** How the validation loss went from epoch to epoch. */
export const EPOCHS = {
  title: "Validation loss", hint: "held-out examples of each epoch", ...amount, places: "epochs",
  lines: [{ ...model, name: "held out", of: "loss" }],
};

const spread = (name) => [
  { ...model, name: "median key", of: name + "_p50" },
  { name: "p90", of: name + "_p90", style: "baseline" },
  { name: "p10", of: name + "_p10", style: "baseline" },
];

export const SUMMARY = [
  { title: "Throughput", hint: "examples/s over all keys", from: 0, ...amount, lines: [{ ...model, name: "", of: "rate" }] },
  { title: "Lag", hint: "records not yet in a report", from: 0, ...amount, lines: [{ ...model, name: "", of: "lag" }] },
  { title: "Accuracy of the keys", ...share, band: ["accuracy_p90", "accuracy_p10"], lines: spread("accuracy") },
  { title: "F1 of the keys", hint: "of rare classes", ...share, band: ["f1_p90", "f1_p10"], lines: spread("f1") },
  { title: "MASE of the keys", ...amount, band: ["mase_p90", "mase_p10"], lines: spread("mase") },
  { title: "Loss of the keys", ...amount, band: ["loss_p90", "loss_p10"], lines: spread("loss") },
];

export const viewOf = (task) => (task === "multilabel" || task === "multi-target" ? OUTPUTS
  : task === "regression" ? REGRESSION : CLASSIFICATION);
export const FIGURE_NAMES = { macro_f1: "macro F1", jaccard: "Jaccard", exact_match: "exact", accuracy: "acc", f1: "F1", kappa: "kappa", loss: "loss", mae: "MAE", rmse: "RMSE", r2: "R\u00b2" };
