/** The command {@code dashboard}: the web page over the metrics topic. */
package dev.millrace.cli.dashboard;
