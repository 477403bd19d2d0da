/** Connections to brokers, and the local broker of {@code broker} and {@code demo}. */
package dev.millrace.cli.kafka;
