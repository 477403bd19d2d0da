/**
 * Prequential metrics (Gama et al., 2013): every example is predicted and scored before it is
 * learned.
 *
 * <p>{@link dev.millrace.eval.RollingMetrics} keeps the scores of the last examples (the window),
 * of all (the total) and, if configured, of all with decaying weights. A window keeps the examples
 * themselves, and their scores are computed for each report: an example costs the same whatever the
 * window's size, and has no effect once it has left. The model's scores are reported next to those
 * of baselines: the previous label, the majority class, the last value, the mean.
 *
 * <p>Every score is weighted by the examples' weights: a count is the sum of weights, which is the
 * number of examples as long as each weighs 1. The formulas are in docs/metrics.md.
 */
@NullMarked
package dev.millrace.eval;

import org.jspecify.annotations.NullMarked;
