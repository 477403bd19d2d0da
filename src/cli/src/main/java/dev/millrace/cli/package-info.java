/**
 * The commands of {@code ./millrace}, one class each, and what only they need: a local Kafka broker
 * and Flink, CSV files, the dashboard.
 *
 * <p>They exit with 0 (done), 1 (failed) or 2 (wrong usage or configuration) and say what went
 * wrong in one or two lines.
 */
package dev.millrace.cli;
