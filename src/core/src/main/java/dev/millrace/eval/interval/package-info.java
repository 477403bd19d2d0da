/**
 * Conformal intervals and prediction sets, one state per model key: how far around a predicted
 * value, or how far down the probabilities of the classes, the truth lies in a given share of
 * cases.
 */
@NullMarked
package dev.millrace.eval.interval;

import org.jspecify.annotations.NullMarked;
