/**
 * The models that a pipeline's {@code model} describes: a network written out, or the mixture that
 * {@code auto} means. Puts the rows of {@code nn.auto.rows} before the members of {@code
 * nn.auto.members}, and mixes what these predict.
 */
@NullMarked
package dev.millrace.nn.auto;

import org.jspecify.annotations.NullMarked;
