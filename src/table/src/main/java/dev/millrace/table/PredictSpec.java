package dev.millrace.table;

import dev.millrace.config.Settings;
import java.io.Serializable;

/**
 * Specifies what {@code ML_PREDICT} does with the rows of a table.
 *
 * @param settings of the pipeline that publishes the models
 * @param topic the models topic
 * @param cacheBytes memory of the models that a process keeps ready
 * @param input columns that a row is predicted from
 * @param output columns of a prediction
 */
record PredictSpec(
    Settings settings, String topic, long cacheBytes, InputColumns input, AnswerColumns output)
    implements Serializable {}
