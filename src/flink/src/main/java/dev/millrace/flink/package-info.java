/**
 * The operators of the job, and the serializers of what they exchange and keep.
 *
 * <p>{@link dev.millrace.flink.DecodeFunction} turns records into examples, {@link
 * dev.millrace.flink.chunk.ChunkOperator} gathers those of a key for the shuffle, {@link
 * dev.millrace.flink.TrainFunction} runs the {@link dev.millrace.prequential.PrequentialEngine}
 * with keyed state, timers and topics.
 */
@NullMarked
package dev.millrace.flink;

import org.jspecify.annotations.NullMarked;
