/** Losses of one prediction, a class each, listed in {@link dev.millrace.nn.spec.Loss}. */
@NullMarked
package dev.millrace.nn.loss;

import org.jspecify.annotations.NullMarked;
