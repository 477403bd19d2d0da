/** Columns and targets with heavy tails, and the scale on which they can be learned. */
@NullMarked
package dev.millrace.nn.tails;

import org.jspecify.annotations.NullMarked;
