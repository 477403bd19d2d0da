package dev.millrace.nn;

import java.io.Serializable;

/**
 * Everything that decides how a model learns, fixed for its whole life.
 *
 * @param batchSize examples in one update, at least 1
 * @param clipNorm longest gradient allowed (its L2 norm), 0 is off
 * @param seed of the initial weights, together with the model key
 */
public record LearnerSpec(
    NetworkSpec network,
    Optimizer optimizer,
    Regularizer regularizer,
    Normalization normalization,
    int batchSize,
    float clipNorm,
    long seed)
    implements Serializable {}
