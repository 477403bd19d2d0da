/**
 * How the models of one pipeline are trained: what {@link dev.millrace.prequential.spec.TrainSpec}
 * specifies, also of each output where a pipeline has several.
 */
@NullMarked
package dev.millrace.prequential.spec;

import org.jspecify.annotations.NullMarked;
