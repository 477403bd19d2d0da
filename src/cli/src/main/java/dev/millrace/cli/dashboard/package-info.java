/** The command {@code dashboard}: the web page over the metrics topic. */
@NullMarked
package dev.millrace.cli.dashboard;

import org.jspecify.annotations.NullMarked;
