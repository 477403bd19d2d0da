/** The command {@code watch}: metrics of keys and the summary of a pipeline as tables. */
@NullMarked
package dev.millrace.cli.watch;

import org.jspecify.annotations.NullMarked;
