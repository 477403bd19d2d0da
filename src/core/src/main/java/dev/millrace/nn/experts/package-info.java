/** Columns that predict the target in its own unit, and what is learned from them. */
@NullMarked
package dev.millrace.nn.experts;

import org.jspecify.annotations.NullMarked;
