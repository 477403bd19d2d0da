/** Flink sources and sinks over Kafka topics. */
@NullMarked
package dev.millrace.flink.kafka;

import org.jspecify.annotations.NullMarked;
