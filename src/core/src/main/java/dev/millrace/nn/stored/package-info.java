/** Heads of stored models, and the pages that large parts consist of. */
@NullMarked
package dev.millrace.nn.stored;

import org.jspecify.annotations.NullMarked;
