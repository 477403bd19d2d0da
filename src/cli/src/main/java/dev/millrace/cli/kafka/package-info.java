/** Connections to brokers, and the local broker of {@code broker} and {@code demo}. */
@NullMarked
package dev.millrace.cli.kafka;

import org.jspecify.annotations.NullMarked;
