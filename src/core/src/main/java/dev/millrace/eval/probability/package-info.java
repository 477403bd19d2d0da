/**
 * How good probabilities are: areas under curves, calibration, and an estimate of the accuracy
 * before labels arrive.
 */
@NullMarked
package dev.millrace.eval.probability;

import org.jspecify.annotations.NullMarked;
