/**
 * Prequential metrics (Gama et al., 2013): every example is predicted and scored before it is
 * learned.
 *
 * <p>{@link dev.millrace.eval.RollingMetrics} keeps the scores of the last examples (the window),
 * of all (the total) and, if asked for, of all with the older ones fading. A window is the examples
 * themselves, whose scores are computed when they are reported: an example costs the same whatever
 * the window's size, and one that has left it leaves no trace. Beside the model's stand the scores
 * of baselines that it has to beat: the previous label, the majority class, the last value, the
 * mean.
 *
 * <p>Every score is weighted by the examples' weights: a count is the sum of weights, which is the
 * number of examples as long as each weighs 1. The formulas are in docs/metrics.md.
 */
package dev.millrace.eval;
