/**
 * The models that a pipeline's {@code model} describes: a network written out, or the mixture of
 * networks that {@code auto} means.
 */
@NullMarked
package dev.millrace.nn.auto;

import org.jspecify.annotations.NullMarked;
