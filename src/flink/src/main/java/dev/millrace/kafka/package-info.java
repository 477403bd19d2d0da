/**
 * Kafka clients without Flink: followers of topics, offsets, limits of topics, and the lease of a
 * pipeline.
 */
@NullMarked
package dev.millrace.kafka;

import org.jspecify.annotations.NullMarked;
