/**
 * Prequential metrics (Gama et al., 2013): every example is predicted and scored before it is
 * learned.
 *
 * <p>{@link dev.millrace.eval.RollingMetrics} keeps the scores of the last examples (the window)
 * and of all; classification by confusion matrix, regression by sums of errors. Both are integers
 * or sums that can be taken back, so that a window costs the same whatever its size. Beside the
 * model's stand those of baselines that it has to beat: the previous label, the majority class, the
 * last value, the mean.
 *
 * <p>With tp, fp, fn of a class: precision = tp / (tp + fp), recall = tp / (tp + fn), F1 = 2·tp /
 * (2·tp + fp + fn); over more than two classes their macro average. Cohen's kappa = (p<sub>o</sub>
 * - p<sub>e</sub>) / (1 - p<sub>e</sub>), with the observed and the expected agreement. For
 * regression: MAE = Σ|error| / n, RMSE = √(Σerror² / n), R² = 1 - Σerror² / Σ(label - mean)².
 */
package dev.millrace.eval;
