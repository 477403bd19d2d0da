/** Flink sources and sinks over Kafka topics. */
package dev.millrace.flink.kafka;
