/** The command {@code evaluate}: the job over a file, and its report. */
@NullMarked
package dev.millrace.cli.evaluate;

import org.jspecify.annotations.NullMarked;
