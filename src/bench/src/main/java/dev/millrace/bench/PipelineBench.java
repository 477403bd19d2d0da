package dev.millrace.bench;

import dev.millrace.MillraceJob;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.console.TemporaryDirectories;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
  private final Path checkpoints = TemporaryDirectories.untilExit("millrace-bench-");

  /**
   * @param hasDataStream whether the DataStream API is measured in turn with the packaged job
   */
  PipelineBench(BenchLoad load, boolean hasDataStream) {
    this.load = load;
    this.hasDataStream = hasDataStream;
  }

  /**
   * Seconds of one round.
   *
   * @param ceiling of the consumer that only decodes
   * @param dataStream null if the DataStream API is not measured
   */
  private record Round(Timing job, Timing ceiling, @Nullable Timing dataStream) {
    double dataStreamSeconds() {
      return Objects.requireNonNull(dataStream).wall();
    }

    /** Returns the speed of the DataStream API relative to the packaged job. */
    double dataStreamRatio() {
      return job.wall() / dataStreamSeconds();
    }

    double dataStreamCpuRatio() {
      return job.cpu() / Objects.requireNonNull(dataStream).cpu();
    }
  }

  /**
   * @param latency duration of the latency measurement, zero to skip it
   */
  Measurement run(int warmup, int rounds, Duration latency, PrintWriter err) throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(load.brokerBound())) {
      Settings settings = load.settings(broker.bootstrapServers());
      return run(settings, warmup, rounds, latency, err);
    }
  }

  // One cluster for all rounds: its start keeps the JIT compiler busy for a long time.
  private Measurement run(
      Settings settings, int warmup, int rounds, Duration latency, PrintWriter err)
      throws Exception {
    try (MiniCluster cluster = LocalFlink.cluster(environment(settings))) {
      TopicsCommand.create(
          settings,
          TopicPlan.of(settings).stream()
              .map(plan -> plan.withPartitions(load.parallelism()))
              .toList());
      load.fill(settings);
      List<Round> measured = new ArrayList<>();
      for (int number = -warmup; number < rounds; number++) {
        Round round = round(settings, cluster);
        log(number, round, err);
        if (number >= 0) {
          measured.add(round);
        }
      }
      Measurement result = result(measured);
      if (!latency.isZero()) {
        double job = Measurement.median(measured, round -> round.job.wall());
        latency(settings, cluster, load.records() / job / 2, latency).addTo(result);
      }
      return result;
    }
  }

  private Round round(Settings settings, MiniCluster cluster) throws Exception {
    Timing ceiling = timeDecoding(settings);
    Timing job = timeJob(settings, cluster);
    return new Round(job, ceiling, hasDataStream ? timeDataStream(settings, cluster) : null);
  }

  private void log(int number, Round round, PrintWriter err) {
    err.printf(
        "%s: job %,.0f records/s, decoding alone %,.0f; by CPU time %,.0f and %,.0f%n",
        number < 0 ? "warm-up" : "round " + (number + 1),
        load.records() / round.job.wall(),
        load.records() / round.ceiling.wall(),
        load.records() / round.job.cpu(),
        load.records() / round.ceiling.cpu());
    if (round.dataStream != null) {
      err.printf(
          "  DataStream API %,.0f records/s, by CPU time %,.0f%n",
          load.records() / round.dataStream.wall(), load.records() / round.dataStream.cpu());
    }
    err.flush();
  }

  /** Returns the medians over the rounds. */
  private Measurement result(List<Round> rounds) {
    double job = Measurement.median(rounds, round -> round.job.wall());
    double jobCpu = Measurement.median(rounds, round -> round.job.cpu());
    double ceiling = Measurement.median(rounds, round -> round.ceiling.wall());
    double ceilingCpu = Measurement.median(rounds, round -> round.ceiling.cpu());
    int records = load.records();
    Measurement result = load.describe().put("rounds", rounds.size());
    result
        .putRounded("records_per_s", records / job)
        .putRounded("ceiling_records_per_s", records / ceiling);
    result.put("fraction", ceiling / job, 3).putRounded("records_per_cpu_s", records / jobCpu);
    result.putRounded("ceiling_records_per_cpu_s", records / ceilingCpu);
    result.put("cpu_fraction", ceilingCpu / jobCpu, 3);
    result.print(
        "%,.0f records/s; a consumer that only decodes: %,.0f; fraction %.2f (by CPU time %.2f)",
        records / job, records / ceiling, ceiling / job, ceilingCpu / jobCpu);
    if (hasDataStream) {
      double dataStream = Measurement.median(rounds, Round::dataStreamSeconds);
      double ratio = Measurement.median(rounds, Round::dataStreamRatio);
      double cpuRatio = Measurement.median(rounds, Round::dataStreamCpuRatio);
      result.putRounded("datastream_records_per_s", records / dataStream);
      result.put("datastream_ratio", ratio, 3).put("datastream_cpu_ratio", cpuRatio, 3);
      result.print(
          "%nDataStream API: %,.0f records/s; ratio %.2f (by CPU time %.2f)",
          records / dataStream, ratio, cpuRatio);
    }
    return result;
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
      Timing.Moment began = null;
      while (decoded < load.records()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          if (began == null) {
            began = Timing.Moment.now();
          }
          if (decoder.decode(KafkaClients.record(record), example) == null) {
            decoded++;
          }
        }
      }
      return Timing.Moment.now().since(Objects.requireNonNull(began));
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
    AtomicReference<Timing.Moment> began = new AtomicReference<>();
    AtomicReference<Timing.Moment> ended = new AtomicReference<>();
    try (LocalSink unread = new LocalSink(record -> {});
        LocalSink deadLetters = new LocalSink(record -> began.set(Timing.Moment.now()));
        LocalSink models = new LocalSink(record -> ended.set(Timing.Moment.now()))) {
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
