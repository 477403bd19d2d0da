/** The command {@code bench}: measures steps, pipeline, state and accuracy on this machine. */
package dev.millrace.bench;
