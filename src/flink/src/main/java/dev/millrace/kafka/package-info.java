/** Kafka clients without Flink: offsets, limits of topics, and the lease of a pipeline. */
package dev.millrace.kafka;
