/**
 * A record on its way through a mixture: the row that all parts share, the steps that prepare it,
 * the scale of its columns, the target it is learned for, and the records kept for replay. Knows
 * neither members nor mixers.
 */
@NullMarked
package dev.millrace.nn.auto.rows;

import org.jspecify.annotations.NullMarked;
