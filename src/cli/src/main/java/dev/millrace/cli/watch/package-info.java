/** The command {@code watch}: metrics of keys and the summary of a pipeline as tables. */
package dev.millrace.cli.watch;
