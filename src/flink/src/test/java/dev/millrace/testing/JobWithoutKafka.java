package dev.millrace.testing;

import dev.millrace.ElementStreams;
import dev.millrace.Millrace;
import dev.millrace.codec.OutputRecord;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A program whose job learns from a stream without topics; it prints the numbers of its results.
 */
public final class JobWithoutKafka {
  private static final int ORDERS = 200;

  private JobWithoutKafka() {}

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    ElementStreams<Order> out =
        Millrace.pipeline(Order.PIPELINE)
            .learn(env.fromSequence(0, ORDERS - 1).map(Order::of), Order.MAPPER);
    Collected<?> predicted = Collected.of(out.predictedElements());
    Collected<?> metrics = Collected.of(out.metricRows());
    Collected<?> events = Collected.of(out.eventRows());
    Collected<?> summaries = Collected.of(out.summaries());
    Collected<?> deadLetters = Collected.of(out.deadLetters());
    Collected<OutputRecord> models = Collected.of(out.models());
    env.execute();
    System.out.printf(
        "predictions %d, metrics %b, events %d, summaries %b, rejected %d, models %d%n",
        predicted.all().size(),
        !metrics.all().isEmpty(),
        events.all().size(),
        !summaries.all().isEmpty(),
        deadLetters.all().size(),
        models.all().size());
  }
}
