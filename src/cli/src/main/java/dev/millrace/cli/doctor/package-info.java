/**
 * The commands {@code validate} and {@code doctor}: check a pipeline file, the machine and the
 * brokers.
 */
package dev.millrace.cli.doctor;
