/** The command {@code bench}: measures steps, pipeline, state and accuracy on this machine. */
@NullMarked
package dev.millrace.bench;

import org.jspecify.annotations.NullMarked;
