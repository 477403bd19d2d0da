package dev.millrace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.millrace.MillraceJob;
import dev.millrace.cli.console.Directories;
import dev.millrace.cli.evaluate.LocalSink;
import dev.millrace.cli.run.LocalFlink;
import dev.millrace.cli.run.Snapshots;
import dev.millrace.cli.topics.TopicPlan;
import dev.millrace.cli.topics.TopicsCommand;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.config.Settings;
import dev.millrace.config.Settings.Guarantee;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.kafka.KafkaIo;
import dev.millrace.kafka.KafkaClients;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Measures the job between two topics of a real broker, and a plain consumer that only decodes.
 *
 * <p>The topic starts with one invalid record: its dead letter marks the time at which the job
 * began to read. The snapshots of the models, at the end of the input, mark the end of learning.
 */
final class PipelineBench {
  // For the start of the job and the records that arrive meanwhile.
  private static final Duration LATENCY_WARMUP = Duration.ofSeconds(20);

  private final BenchLoad load;
  private final boolean hasDataStream;
  private final Path checkpoints = Directories.untilExit("millrace-bench-");

  /**
   * @param hasDataStream whether the DataStream API is measured in turn with the packaged job
   */
  PipelineBench(BenchLoad load, boolean hasDataStream) {
    this.load = load;
    this.hasDataStream = hasDataStream;
  }

  /** Nanoseconds of the clock and of the process on all processors. */
  private record Moment(long wall, long cpu) {
    static Moment now() {
      return new Moment(
          System.nanoTime(),
          ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
              .getProcessCpuTime());
    }

    Timing since(Moment start) {
      return new Timing((wall - start.wall) / 1e9, (cpu - start.cpu) / 1e9);
    }
  }

  /** Seconds of the clock and of the process on all processors. */
  private record Timing(double wall, double cpu) {}

  /**
   * Medians over the rounds, in seconds per round.
   *
   * @param dataStream seconds of the job with the DataStream API; NaN if it was not measured
   * @param dataStreamRatio speed of that job relative to the packaged one in the same round
   * @param dataStreamCpuRatio the same by processor time
   * @param latency null if it was not measured
   */
  record Result(
      BenchLoad load,
      int rounds,
      double job,
      double jobCpu,
      double ceiling,
      double ceilingCpu,
      double dataStream,
      double dataStreamRatio,
      double dataStreamCpuRatio,
      PipelineLatency.@Nullable Result latency) {

    String toJson() {
      ObjectNode json = new ObjectMapper().createObjectNode();
      load.describe(json);
      json.put("rounds", rounds);
      json.put("records_per_s", Math.round(load.records() / job));
      json.put("ceiling_records_per_s", Math.round(load.records() / ceiling));
      json.put("fraction", Math.round(1000 * ceiling / job) / 1000.0);
      json.put("records_per_cpu_s", Math.round(load.records() / jobCpu));
      json.put("ceiling_records_per_cpu_s", Math.round(load.records() / ceilingCpu));
      json.put("cpu_fraction", Math.round(1000 * ceilingCpu / jobCpu) / 1000.0);
      if (!Double.isNaN(dataStream)) {
        json.put("datastream_records_per_s", Math.round(load.records() / dataStream));
        json.put("datastream_ratio", Math.round(1000 * dataStreamRatio) / 1000.0);
        json.put("datastream_cpu_ratio", Math.round(1000 * dataStreamCpuRatio) / 1000.0);
      }
      if (latency != null) {
        json.put("latency_records_per_s", Math.round(latency.recordsPerSecond()));
        json.put("latency_reports", latency.reports());
        json.put("latency_p50_ms", latency.median());
        json.put("latency_p99_ms", latency.p99());
        json.put("latency_max_ms", latency.max());
      }
      BenchCommand.describeMachine(json);
      return json.toString();
    }

    String toText() {
      String speed =
          ("%,.0f records/s; a consumer that only decodes: %,.0f; fraction %.2f (by CPU time"
                  + " %.2f)")
              .formatted(
                  load.records() / job,
                  load.records() / ceiling,
                  ceiling / job,
                  ceilingCpu / jobCpu);
      if (!Double.isNaN(dataStream)) {
        speed +=
            "%nDataStream API: %,.0f records/s; ratio %.2f (by CPU time %.2f)"
                .formatted(load.records() / dataStream, dataStreamRatio, dataStreamCpuRatio);
      }
      return latency == null
          ? speed
          : "%s%nrecord to metrics at %,.0f records/s: p50 %d ms, p99 %d ms, max %d ms"
              .formatted(
                  speed,
                  latency.recordsPerSecond(),
                  latency.median(),
                  latency.p99(),
                  latency.max());
    }
  }

  /**
   * @param latency duration of the latency measurement, zero to skip it
   */
  Result run(int warmup, int rounds, Duration latency, PrintWriter err) throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(load.brokerBound())) {
      Settings settings = load.settings(broker.bootstrapServers());
      return run(settings, warmup, rounds, latency, err);
    }
  }

  // One cluster for all rounds: its start keeps the JIT compiler busy for a long time.
  private Result run(Settings settings, int warmup, int rounds, Duration latency, PrintWriter err)
      throws Exception {
    try (MiniCluster cluster = LocalFlink.cluster(environment(settings))) {
      TopicsCommand.create(
          settings,
          TopicPlan.of(settings).stream()
              .map(plan -> plan.withPartitions(load.parallelism()))
              .toList());
      load.fill(settings);
      double[][] figures = new double[7][rounds];
      for (int round = -warmup; round < rounds; round++) {
        Timing ceiling = timeDecoding(settings);
        Timing job = timeJob(settings, cluster);
        err.printf(
            "%s: job %,.0f records/s, decoding alone %,.0f; by CPU time %,.0f and %,.0f%n",
            round < 0 ? "warm-up" : "round " + (round + 1),
            load.records() / job.wall(),
            load.records() / ceiling.wall(),
            load.records() / job.cpu(),
            load.records() / ceiling.cpu());
        Timing dataStream = null;
        if (hasDataStream) {
          dataStream = timeDataStream(settings, cluster);
          err.printf(
              "  DataStream API %,.0f records/s, by CPU time %,.0f%n",
              load.records() / dataStream.wall(), load.records() / dataStream.cpu());
        }
        err.flush();
        if (round >= 0) {
          figures[4][round] = dataStream == null ? Double.NaN : dataStream.wall();
          figures[5][round] = dataStream == null ? Double.NaN : job.wall() / dataStream.wall();
          figures[6][round] = dataStream == null ? Double.NaN : job.cpu() / dataStream.cpu();
          figures[0][round] = job.wall();
          figures[1][round] = job.cpu();
          figures[2][round] = ceiling.wall();
          figures[3][round] = ceiling.cpu();
        }
      }
      double job = BenchCommand.median(figures[0]);
      return new Result(
          load,
          rounds,
          job,
          BenchCommand.median(figures[1]),
          BenchCommand.median(figures[2]),
          BenchCommand.median(figures[3]),
          BenchCommand.median(figures[4]),
          BenchCommand.median(figures[5]),
          BenchCommand.median(figures[6]),
          latency.isZero() ? null : latency(settings, cluster, load.records() / job / 2, latency));
    }
  }

  private PipelineLatency.Result latency(
      Settings settings, MiniCluster cluster, double rate, Duration duration) throws Exception {
    try (LocalSink unread = new LocalSink(record -> {});
        LocalSink models = new LocalSink(record -> {})) {
      StreamExecutionEnvironment env = environment(settings);
      MillraceJob.build(
          env,
          settings,
          source(settings, OffsetsInitializer.latest(), false),
          sinks(settings, unread, unread, models));
      return new PipelineLatency(load, settings)
          .measure(cluster, env.getStreamGraph().getJobGraph(), rate, LATENCY_WARMUP, duration);
    }
  }

  private Timing timeDecoding(Settings settings) {
    ExampleDecoder decoder = new ExampleDecoder(settings.input().spec());
    Example example = new Example();
    List<TopicPartition> partitions =
        IntStream.range(0, load.parallelism())
            .mapToObj(partition -> new TopicPartition(settings.input().topic(), partition))
            .toList();
    int decoded = 0;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.copyOf(new HashMap<String, Object>(settings.kafka())),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Moment began = null;
      while (decoded < load.records()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          if (began == null) {
            began = Moment.now();
          }
          if (decoder.decode(KafkaClients.record(record), example) == null) {
            decoded++;
          }
        }
      }
      return Moment.now().since(Objects.requireNonNull(began));
    }
  }

  private Timing timeJob(Settings settings, MiniCluster cluster) throws Exception {
    return time(
        settings,
        cluster,
        sinks -> {
          StreamExecutionEnvironment env = environment(settings);
          MillraceJob.build(
              env, settings, source(settings, OffsetsInitializer.earliest(), true), sinks);
          return env;
        });
  }

  private Timing timeDataStream(Settings settings, MiniCluster cluster) throws Exception {
    return time(
        settings,
        cluster,
        sinks -> {
          StreamExecutionEnvironment env = environment(settings);
          DataStreamFace.build(env, load, load.named(settings), sinks);
          return env;
        });
  }

  private static Timing time(
      Settings settings,
      MiniCluster cluster,
      Function<MillraceJob.Sinks, StreamExecutionEnvironment> builder)
      throws Exception {
    AtomicReference<Moment> began = new AtomicReference<>();
    AtomicReference<Moment> ended = new AtomicReference<>();
    try (LocalSink unread = new LocalSink(record -> {});
        LocalSink deadLetters = new LocalSink(record -> began.set(Moment.now()));
        LocalSink models = new LocalSink(record -> ended.set(Moment.now()))) {
      StreamExecutionEnvironment env = builder.apply(sinks(settings, unread, deadLetters, models));
      cluster.executeJobBlocking(env.getStreamGraph().getJobGraph());
      return Objects.requireNonNull(ended.get()).since(Objects.requireNonNull(began.get()));
    }
  }

  private StreamExecutionEnvironment environment(Settings settings) {
    Map<String, String> options = new HashMap<>(LocalFlink.NO_RESTART);
    options.putAll(MillraceJob.stateOptions(settings));
    options.put("execution.checkpointing.dir", Snapshots.location(checkpoints));
    return LocalFlink.environment(load.parallelism(), options);
  }

  private static Source<KafkaRecord, ?, ?> source(
      Settings settings, OffsetsInitializer start, boolean bounded) {
    return KafkaIo.source(settings.kafka(), settings.input().topics(), "bench", start, bounded);
  }

  private static MillraceJob.Sinks sinks(
      Settings settings, LocalSink unread, LocalSink deadLetters, LocalSink models) {
    return new MillraceJob.Sinks(
        metricsSink(settings), unread, unread, deadLetters, models, unread);
  }

  private static Sink<OutputRecord> metricsSink(Settings settings) {
    return KafkaIo.sink(
        settings.kafka(),
        settings.output().metrics(),
        settings.output().guarantee() == Guarantee.EXACTLY_ONCE
            ? DeliveryGuarantee.EXACTLY_ONCE
            : DeliveryGuarantee.AT_LEAST_ONCE,
        "bench-metrics",
        settings.input().spec().limits().outputBytes(),
        Long.MAX_VALUE,
        null);
  }
}
