package dev.millrace.flink;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.input.InputSpec.Limits;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Emits and counts the examples and the dead letters of a decoding function. Not thread-safe. */
final class DecodedExamples {
  private final Counter decoded;
  private final Omissions omissions;
  private final DeadLetters deadLetters;

  /**
   * @param group of the operator
   */
  DecodedExamples(MetricGroup group, String pipeline, Limits limits) {
    decoded = JobMetric.DECODED_RECORDS.counter(group);
    omissions = new Omissions(group);
    deadLetters = new DeadLetters(group, pipeline, limits.outputBytes());
  }

  /**
   * Emits the outcome of decoding an element.
   *
   * @param deadLetter why the element is rejected; null for the example
   */
  <T> void emit(
      @Nullable DeadLetter deadLetter,
      Example example,
      ProcessFunction<T, Example>.Context context,
      Collector<Example> out) {
    if (deadLetter == null) {
      decoded.inc();
      omissions.count(example);
      out.collect(example);
    } else {
      context.output(OutputTags.DEAD_LETTERS, deadLetters.record(deadLetter));
    }
  }
}
