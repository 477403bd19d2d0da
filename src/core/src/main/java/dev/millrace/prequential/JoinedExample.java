package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import org.jspecify.annotations.Nullable;

/**
 * An example made of features and a label that came apart.
 *
 * @param example a chunk of the example alone, filled again for the next one
 * @param earlier the features with the prediction made when they came; null if they came with the
 *     record that completes the example
 * @param origin the chunk with the record that completes the example
 * @param row of that record
 */
record JoinedExample(Chunk example, @Nullable PendingFeatures earlier, Chunk origin, int row) {}
