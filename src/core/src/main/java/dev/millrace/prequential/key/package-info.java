/**
 * What a model key has: {@link dev.millrace.prequential.key.PrequentialModel}, the model with its
 * scores and counters; the optional parts that {@link dev.millrace.prequential.key.KeyParts} lists;
 * and the bytes of all that, in checkpoints and in published models.
 */
@NullMarked
package dev.millrace.prequential.key;

import org.jspecify.annotations.NullMarked;
