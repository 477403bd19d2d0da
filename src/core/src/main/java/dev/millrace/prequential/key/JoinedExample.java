package dev.millrace.prequential.key;

import dev.millrace.data.Chunk;
import dev.millrace.eval.KnownValues;
import dev.millrace.prequential.labels.PendingFeatures;
import org.jspecify.annotations.Nullable;

/**
 * An example made of features and a label that came apart.
 *
 * @param example a chunk of the example alone, filled again for the next one
 * @param earlier the features with the prediction made when they came; null if they came with the
 *     record that completes the example
 * @param known forecasts of the baselines, made with that prediction; null if it is no forecast
 * @param origin the chunk with the record that completes the example
 * @param row of that record
 */
public record JoinedExample(
    Chunk example,
    @Nullable PendingFeatures earlier,
    @Nullable KnownValues known,
    Chunk origin,
    int row) {}
