package dev.millrace.testing;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs over orders with two subtasks, in a cluster that all cases of a class share. */
public abstract class OrderJob {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  protected final StreamExecutionEnvironment env = environment();

  private static StreamExecutionEnvironment environment() {
    Configuration options = new Configuration();
    options.setString("pipeline.generic-types", "false");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(options);
    env.setParallelism(2);
    return env;
  }

  /** Returns the first orders, in order, with timestamps and watermarks. */
  protected DataStream<Order> orders(int count) {
    return env.fromSequence(0, count - 1)
        .setParallelism(1)
        .map(Order::of)
        .setParallelism(1)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Order>forMonotonousTimestamps()
                .withTimestampAssigner((order, before) -> order.time()))
        .setParallelism(1);
  }
}
