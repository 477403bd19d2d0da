/**
 * The command {@code cluster}, a Flink cluster of local processes, and the commands that talk to a
 * cluster.
 */
@NullMarked
package dev.millrace.cli.cluster;

import org.jspecify.annotations.NullMarked;
