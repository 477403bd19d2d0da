/**
 * The operators of the job, the state of a model key, and their serializers.
 *
 * <p>{@link dev.millrace.flink.DecodeFunction} turns records into examples, {@link
 * dev.millrace.flink.ChunkOperator} gathers those of a key for the shuffle, {@link
 * dev.millrace.flink.TrainFunction} predicts, scores and learns. {@link
 * dev.millrace.flink.TrainState} is all that a key has, written and restored as one piece, a format
 * version first; how chunks fall, when checkpoints happen and how many subtasks run changes no bit
 * of it.
 */
package dev.millrace.flink;
