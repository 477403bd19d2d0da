/**
 * The engine: it predicts, scores and learns each example of a model key, joins delayed labels to
 * their features, and detects drift. It uses the JDK and the packages of the core alone.
 *
 * <p>{@link dev.millrace.prequential.PrequentialEngine} is the entry. The caller passes a {@link
 * dev.millrace.data.Chunk} of one key with the key's {@link dev.millrace.prequential.TrainState},
 * keeps the state that is returned, and receives reports, predictions, events and rejected records
 * through an {@link dev.millrace.prequential.EngineListener}. {@link
 * dev.millrace.prequential.TrainState} is all that a key has, written and restored as one piece, a
 * format version first. How examples fall into chunks, and when state is written and restored,
 * changes no bit of it.
 */
@NullMarked
package dev.millrace.prequential;

import org.jspecify.annotations.NullMarked;
