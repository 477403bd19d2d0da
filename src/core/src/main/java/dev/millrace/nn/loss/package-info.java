/** Losses of one prediction, a class each, listed in {@link dev.millrace.nn.Loss}. */
@NullMarked
package dev.millrace.nn.loss;

import org.jspecify.annotations.NullMarked;
