package dev.millrace.bench;

import dev.millrace.bench.measure.Measurement;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Measures the time from the broker's timestamp of a record until a consumer of the metrics topic
 * receives the report that the record completes. Sender and consumer are threads of this process.
 */
final class PipelineLatency {
  private static final int MAX_MILLIS = 600_000;
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final Duration CALL = Duration.ofSeconds(30);

  private final BenchLoad load;
  private final Settings settings;

  PipelineLatency(BenchLoad load, Settings settings) {
    this.load = load;
    this.settings = settings;
  }

  /** Milliseconds from record to report. */
  record Result(double recordsPerSecond, long reports, long median, long p99, long max) {
    void addTo(Measurement result) {
      result.putRounded("latency_records_per_s", recordsPerSecond).put("latency_reports", reports);
      result.put("latency_p50_ms", median).put("latency_p99_ms", p99).put("latency_max_ms", max);
      result.print(
          "%nrecord to metrics at %,.0f records/s: p50 %d ms, p99 %d ms, max %d ms",
          recordsPerSecond, median, p99, max);
    }
  }

  /**
   * Measures a job that reads new records until it is cancelled.
   *
   * @param rate records per second
   * @param warmup time for the job to read what was sent before its start
   */
  Result measure(
      MiniCluster cluster, JobGraph graph, double rate, Duration warmup, Duration duration)
      throws Exception {
    Histogram latencies = new Histogram(MAX_MILLIS, SIGNIFICANT_DIGITS);
    useTimeOfBroker();
    try (KafkaConsumer<byte[], byte[]> reports = TopicReader.consumer(settings.kafka());
        KafkaProducer<byte[], byte[]> producer = BenchLoad.producer(settings, 0)) {
      seekToEnd(reports);
      JobID job = cluster.submitJob(graph).get().getJobID();
      while (cluster.getJobStatus(job).get() != JobStatus.RUNNING) {
        LockSupport.parkNanos(STEP_NANOS);
      }
      long start = System.currentTimeMillis();
      long countFrom = start + warmup.toMillis();
      long end = countFrom + duration.toMillis();
      Thread sender = new Thread(() -> send(producer, rate, start, end), "bench-sender");
      sender.start();
      while (System.currentTimeMillis() < end) {
        for (ConsumerRecord<byte[], byte[]> report : reports.poll(Duration.ofMillis(100))) {
          if (report.timestamp() >= countFrom) {
            latencies.recordValue(
                Math.min(MAX_MILLIS, System.currentTimeMillis() - report.timestamp()));
          }
        }
      }
      sender.join();
      cluster.cancelJob(job).get();
    }
    return new Result(
        rate,
        latencies.getTotalCount(),
        latencies.getValueAtPercentile(50),
        latencies.getValueAtPercentile(99),
        latencies.getMaxValue());
  }

  // The timestamp of a report is the earlier of its last record's timestamp and event time.
  private void useTimeOfBroker() throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, settings.input().topic());
    ConfigEntry time = new ConfigEntry("message.timestamp.type", "LogAppendTime");
    try (Admin admin = KafkaClients.admin(settings.kafka(), CALL)) {
      admin
          .incrementalAlterConfigs(
              Map.of(topic, List.of(new AlterConfigOp(time, AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private void seekToEnd(KafkaConsumer<byte[], byte[]> reports) {
    List<TopicPartition> partitions =
        reports.partitionsFor(settings.output().metrics()).stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    reports.assign(partitions);
    reports.seekToEnd(partitions);
    partitions.forEach(reports::position); // else the end is looked up at the first poll
  }

  private void send(KafkaProducer<byte[], byte[]> producer, double rate, long start, long end) {
    BenchLoad.Source source = load.new Source();
    for (long sent = 0; ; ) {
      long now = System.currentTimeMillis();
      if (now >= end) {
        return;
      }
      long due = (long) (rate * (now - start) / 1000);
      for (; sent < due; sent++) {
        producer.send(source.next(settings.input().topic(), end));
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}
