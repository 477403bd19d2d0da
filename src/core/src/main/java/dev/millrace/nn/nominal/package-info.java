/** Nominal columns, as the indicators of a row stand for them. */
@NullMarked
package dev.millrace.nn.nominal;

import org.jspecify.annotations.NullMarked;
