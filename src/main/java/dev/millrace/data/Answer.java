package dev.millrace.data;

import java.util.List;

/**
 * What a model says about features whose truth is not known.
 *
 * @param classes that the model knows; empty for regression
 * @param scores of each class, the largest is the prediction; for regression the value alone
 * @param probabilities whether the scores are probabilities
 * @param model name of the one that answers, null if there is but one
 * @param modelVersion steps that the model's weights have taken
 * @param examples that the model has learned from
 * @param config fingerprint of the configuration it was trained with, or null
 */
public record Answer(
    String key,
    Task task,
    List<String> classes,
    float[] scores,
    boolean probabilities,
    String model,
    long modelVersion,
    long examples,
    String config) {}
