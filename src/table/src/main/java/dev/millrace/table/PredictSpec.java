package dev.millrace.table;

import dev.millrace.config.Settings;
import java.io.Serializable;
import java.time.Duration;

/**
 * Specifies what {@code ML_PREDICT} does with the rows of a table.
 *
 * @param settings of the pipeline that publishes the models
 * @param topic the models topic
 * @param cacheBytes memory of the models that a process keeps ready
 * @param input columns that a row is predicted from
 * @param output columns of a prediction
 * @param maxWait time without an answer of a broker after which the job fails
 */
record PredictSpec(
    Settings settings,
    String topic,
    long cacheBytes,
    QuestionColumns input,
    AnswerColumns output,
    Duration maxWait)
    implements Serializable {}
