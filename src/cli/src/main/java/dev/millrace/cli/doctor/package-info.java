/**
 * The commands {@code validate} and {@code doctor}: check a pipeline file, the machine and the
 * brokers.
 */
@NullMarked
package dev.millrace.cli.doctor;

import org.jspecify.annotations.NullMarked;
