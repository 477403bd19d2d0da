/**
 * Specifications of models, which the {@code model} part of a pipeline sets, and the models that
 * new ones start from. Their formulas are in the Javadoc of {@code dev.millrace.nn}.
 */
@NullMarked
package dev.millrace.nn.spec;

import org.jspecify.annotations.NullMarked;
