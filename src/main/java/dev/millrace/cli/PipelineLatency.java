package dev.millrace.cli;

import dev.millrace.Settings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures how long a record takes to show in the metrics: from the moment at which it should be
 * sent, which is its event time, until a consumer of the metrics topic has the report that it
 * completes. Sender and consumer are threads of this process.
 */
final class PipelineLatency {
  private static final int MOST_MILLIS = 600_000;
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final BenchLoad load;
  private final Settings settings;

  PipelineLatency(BenchLoad load, Settings settings) {
    this.load = load;
    this.settings = settings;
  }

  /** Milliseconds from record to report, of so many reports, at so many records a second. */
  record Result(double recordsPerSecond, long reports, long median, long p99, long most) {}

  /**
   * @param environment of a job that reads new records until it is cancelled
   * @param rate records a second
   * @param warmup before reports count, so that the job has started
   */
  Result measure(
      StreamExecutionEnvironment environment, double rate, Duration warmup, Duration counted)
      throws Exception {
    Histogram latencies = new Histogram(MOST_MILLIS, SIGNIFICANT_DIGITS);
    try (KafkaConsumer<byte[], byte[]> reports = Onlooker.consumer(settings.kafka());
        KafkaProducer<byte[], byte[]> producer = BenchLoad.producer(settings, 0)) {
      seekToEnd(reports);
      JobClient job = environment.executeAsync("millrace bench");
      long start = System.currentTimeMillis();
      long countFrom = start + warmup.toMillis();
      long end = countFrom + counted.toMillis();
      Thread sender = new Thread(() -> send(producer, rate, start, end), "bench-sender");
      sender.start();
      while (System.currentTimeMillis() < end) {
        for (ConsumerRecord<byte[], byte[]> report : reports.poll(Duration.ofMillis(100))) {
          if (report.timestamp() >= countFrom) {
            latencies.recordValue(
                Math.min(MOST_MILLIS, System.currentTimeMillis() - report.timestamp()));
          }
        }
      }
      sender.join();
      job.cancel().get();
    }
    return new Result(
        rate,
        latencies.getTotalCount(),
        latencies.getValueAtPercentile(50),
        latencies.getValueAtPercentile(99),
        latencies.getMaxValue());
  }

  private void seekToEnd(KafkaConsumer<byte[], byte[]> reports) {
    List<TopicPartition> partitions =
        reports.partitionsFor(settings.output().metrics()).stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    reports.assign(partitions);
    reports.seekToEnd(partitions);
    partitions.forEach(reports::position); // or the end is found later, at the first poll
  }

  // Each record carries the moment at which it was due, so that a sender that falls behind makes
  // the job no better than it is.
  private void send(KafkaProducer<byte[], byte[]> producer, double rate, long start, long end) {
    BenchLoad.Source source = load.source();
    for (long sent = 0; ; ) {
      long now = System.currentTimeMillis();
      if (now >= end) {
        return;
      }
      long due = (long) (rate * (now - start) / 1000);
      for (; sent < due; sent++) {
        long dueAt = start + (long) (1000 * sent / rate);
        producer.send(source.next(settings.input().topic(), dueAt, dueAt));
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}
