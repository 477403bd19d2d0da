/** The command {@code evaluate}: the job over a file, and its report. */
package dev.millrace.cli.evaluate;
