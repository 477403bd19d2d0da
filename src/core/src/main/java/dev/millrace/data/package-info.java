/**
 * Records of the data flow, without behaviour of their own, and what all packages use: sizes,
 * hashes, texts.
 *
 * <p>In the order of the path: {@link dev.millrace.data.KafkaRecord}, bytes as they came; {@link
 * dev.millrace.data.Example}, features, label, weight and event time of one model key; {@link
 * dev.millrace.data.Chunk}, examples of one key that travel together; {@link
 * dev.millrace.data.DeadLetter}, a record that was rejected, with its {@link
 * dev.millrace.data.DeadLetterReason}. A {@link dev.millrace.data.Setting} declares a component of
 * a specification as an option of the pipeline file.
 */
@NullMarked
package dev.millrace.data;

import org.jspecify.annotations.NullMarked;
