/**
 * Reasons for predictions: how much each column of the input contributes to a prediction, and how
 * much each has contributed to the recent ones.
 */
@NullMarked
package dev.millrace.explain;

import org.jspecify.annotations.NullMarked;
