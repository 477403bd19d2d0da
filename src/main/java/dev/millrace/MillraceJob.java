package dev.millrace;

import dev.millrace.codec.RegistrySpec;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.OutputRecord;
import dev.millrace.flink.ChunkOperator;
import dev.millrace.flink.CommandFunction;
import dev.millrace.flink.DecodeFunction;
import dev.millrace.flink.FleetFunction;
import dev.millrace.flink.KafkaIo;
import dev.millrace.flink.Outputs;
import dev.millrace.flink.RegistrySource;
import dev.millrace.flink.TopicLimits;
import dev.millrace.flink.TrainOperator;
import dev.millrace.flink.TrainSpec;
import dev.millrace.flink.TransactionTimeout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The Flink job: labelled records in, metrics, predictions, events, dead letters and models out.
 *
 * <p>{@code flink run -c dev.millrace.MillraceJob millrace.jar -c pipeline.yaml}
 */
public final class MillraceJob {

  /** Where the results go. */
  public record Sinks(
      Sink<OutputRecord> metrics,
      Sink<OutputRecord> predictions,
      Sink<OutputRecord> events,
      Sink<OutputRecord> deadLetters,
      Sink<OutputRecord> models,
      Sink<OutputRecord> fleet) {}

  /** The uid of the source of commands, by which a snapshot tells whether its job had one. */
  public static final String COMMANDS_SOURCE = "commands-source";

  // A report or a refused record without all that can be left out.
  private static final int LEAST_RECORD = 64 << 10;

  private MillraceJob() {}

  /**
   * The graph without commands: see {@link #build(StreamExecutionEnvironment, Settings, Source,
   * Source, Sinks)}.
   */
  public static void build(
      StreamExecutionEnvironment env,
      Settings settings,
      Source<KafkaRecord, ?, ?> source,
      Sinks sinks) {
    build(env, settings, source, null, sinks);
  }

  /**
   * Builds the graph. Source and sinks are given, so the tested graph is the production graph.
   *
   * @param commands to the models, or null if nobody gives any
   * @throws InvalidPipelineException if {@code model.prior} is left to be read
   *     <p>The uid of an operator names its state in savepoints and never changes.
   */
  public static void build(
      StreamExecutionEnvironment env,
      Settings settings,
      Source<KafkaRecord, ?, ?> source,
      Source<KafkaRecord, ?, ?> commands,
      Sinks sinks) {
    if (settings.prior() != null) {
      throw new InvalidPipelineException(
          ("%1$s.prior is read from the models topic, and there are no topics here. Export that"
                  + " model with ./millrace models export, and name the file with %1$s.from")
              .formatted(PriorModel.part(settings)));
    }
    TrainSpec spec = trainSpec(settings);
    SingleOutputStreamOperator<Example> examples =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "examples-source")
            .uid("examples-source")
            .process(
                new DecodeFunction(
                    settings.pipeline(),
                    settings.input().spec(),
                    settings.input().topics(),
                    settings.kafka()))
            .returns(TypeInformation.of(Example.class))
            .uid("decode")
            .name("decode");
    DataStream<Chunk> chunks =
        examples.transform("chunk", ChunkOperator.TYPE, new ChunkOperator()).uid("chunk");
    DataStream<OutputRecord> undecoded = examples.getSideOutput(Outputs.DEAD_LETTERS);
    if (commands != null) {
      SingleOutputStreamOperator<Chunk> decoded = commands(env, settings, commands);
      chunks = chunks.union(decoded);
      undecoded = undecoded.union(decoded.getSideOutput(Outputs.DEAD_LETTERS));
    }
    SingleOutputStreamOperator<OutputRecord> metrics =
        chunks
            .keyBy(Chunk::key)
            .transform("train", Outputs.RECORD, new TrainOperator(spec, settings.state().spec()))
            .uid("train");
    metrics.sinkTo(sinks.metrics()).uid("metrics-sink").name("metrics-sink");
    metrics
        .getSideOutput(Outputs.PREDICTIONS)
        .sinkTo(sinks.predictions())
        .uid("predictions-sink")
        .name("predictions-sink");
    metrics
        .getSideOutput(Outputs.EVENTS)
        .sinkTo(sinks.events())
        .uid("events-sink")
        .name("events-sink");
    metrics
        .getSideOutput(Outputs.DEAD_LETTERS)
        .union(undecoded)
        .sinkTo(sinks.deadLetters())
        .uid("dead-letters-sink")
        .name("dead-letters-sink");
    metrics
        .getSideOutput(Outputs.MODELS)
        .sinkTo(sinks.models())
        .uid("models-sink")
        .name("models-sink");
    String pipeline = settings.pipeline();
    metrics
        .getSideOutput(Outputs.FLEET)
        .keyBy(sample -> pipeline, Types.STRING)
        .process(new FleetFunction(settings.configHash(), settings.output().hasFleet()))
        .returns(Outputs.RECORD)
        .uid("fleet")
        .name("fleet")
        .sinkTo(sinks.fleet())
        .uid("fleet-sink")
        .name("fleet-sink");
  }

  private static SingleOutputStreamOperator<Chunk> commands(
      StreamExecutionEnvironment env, Settings settings, Source<KafkaRecord, ?, ?> source) {
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), COMMANDS_SOURCE)
        .uid(COMMANDS_SOURCE)
        .process(new CommandFunction(settings.pipeline(), settings.input().spec().limits()))
        .returns(ChunkOperator.TYPE)
        .uid("decode-commands")
        .name("decode-commands");
  }

  /**
   * The graph between the pipeline's own topics.
   *
   * @throws InvalidPipelineException if the brokers do not allow transactions as long as the
   *     pipeline's, if an output topic takes tiny records only, or {@code model.prior} names no
   *     model that fits
   */
  public static void buildOnKafka(
      StreamExecutionEnvironment env, Settings settings, boolean bounded)
      throws InterruptedException {
    if (settings.output().guarantee() == Settings.Guarantee.EXACTLY_ONCE) {
      requireTransactions(settings.kafka());
    }
    TopicLimits limits = topicLimits(settings);
    Settings fitting = PriorModel.resolve(settings.withOutputBytes(limits.recordBytes()));
    build(
        env,
        fitting,
        source(settings, bounded),
        commandsSource(settings, bounded),
        new Sinks(
            sink(settings, settings.output().metrics(), limits),
            sink(settings, settings.output().predictions(), limits),
            sink(settings, settings.output().events(), limits),
            sink(settings, settings.output().deadLetters(), limits),
            sink(settings, settings.output().models(), limits),
            sink(settings, settings.output().fleet(), limits)));
  }

  /** Commands, from those on that come after the job's first start; null if it takes none. */
  private static Source<KafkaRecord, ?, ?> commandsSource(Settings settings, boolean bounded)
      throws InterruptedException {
    if (settings.output().commands() == null) {
      return null;
    }
    List<String> topics = List.of(settings.output().commands());
    return KafkaIo.source(
        settings.kafka(),
        topics,
        commandsGroup(settings),
        KafkaIo.committedOrLatest(settings.kafka(), topics),
        bounded);
  }

  private static Source<KafkaRecord, ?, ?> source(Settings settings, boolean bounded)
      throws InterruptedException {
    Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> records =
        KafkaIo.source(
            settings.kafka(),
            settings.input().topics(),
            consumerGroup(settings),
            startingOffsets(settings),
            bounded);
    RegistrySpec registry = settings.input().spec().registry();
    return registry == null ? records : new RegistrySource(records, registry);
  }

  private static TopicLimits topicLimits(Settings settings) throws InterruptedException {
    List<String> written = new ArrayList<>(settings.output().topics());
    written.remove(settings.output().commands());
    int wanted = settings.input().spec().limits().outputBytes();
    TopicLimits limits = TopicLimits.of(settings.kafka(), written, wanted);
    if (limits.recordBytes() < LEAST_RECORD) {
      throw new InvalidPipelineException(
          "One of the topics %s takes records of %d bytes at most, and the job may write %d. Raise its"
                  .formatted(String.join(", ", written), limits.recordBytes(), LEAST_RECORD)
              + " max.message.bytes, or kafka.max.request.size and kafka.buffer.memory if they are"
              + " less.");
    }
    return limits;
  }

  private static void requireTransactions(Map<String, String> kafka) throws InterruptedException {
    Optional<Long> limit = TransactionTimeout.lowerLimit(kafka);
    if (limit.isPresent()) {
      throw new InvalidPipelineException(
          "kafka.transaction.timeout.ms is "
              + TransactionTimeout.millis(kafka)
              + ", but the brokers at "
              + kafka.get("bootstrap.servers")
              + " end transactions after "
              + limit.get()
              + " ms (transaction.max.timeout.ms). Set it to at most that, above"
              + " state.checkpoint-interval, or raise the brokers' limit.");
    }
  }

  /** The name that Flink shows for a pipeline's job. */
  public static String jobName(Settings settings) {
    return "millrace " + settings.pipeline();
  }

  /** The group under which a pipeline commits what it has read. */
  public static String consumerGroup(Settings settings) {
    return "millrace-" + settings.pipeline();
  }

  /** The group under which a pipeline commits which commands it has read. */
  public static String commandsGroup(Settings settings) {
    return consumerGroup(settings) + "-commands";
  }

  /** The Flink options behind the pipeline's {@code state} part. */
  public static Map<String, String> stateOptions(Settings settings) {
    return Map.of(
        "execution.checkpointing.interval",
        settings.state().checkpointMillis() + " ms",
        "state.backend.type",
        switch (settings.state().backend()) {
          case HEAP -> "hashmap";
          case ROCKSDB -> "rocksdb";
        });
  }

  /**
   * Entry point on a cluster: {@code -c pipeline.yaml}, and {@code -D key=value} pairs, which
   * Flink's own scripts append for themselves.
   */
  public static void main(String[] args) throws Exception {
    Settings settings = PipelineFile.read(pipelineFile(args));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.configure(Configuration.fromMap(stateOptions(settings)));
    buildOnKafka(env, settings, false);
    env.execute(jobName(settings));
  }

  private static Path pipelineFile(String[] args) {
    Path file = null;
    for (int i = 0; i < args.length; i += 2) {
      boolean isFile = args[i].equals("-c") || args[i].equals("--config");
      if (i + 1 == args.length || !(isFile || args[i].equals("-D"))) {
        throw usage();
      }
      file = isFile ? Path.of(args[i + 1]) : file;
    }
    if (file == null) {
      throw usage();
    }
    return file;
  }

  private static IllegalArgumentException usage() {
    return new IllegalArgumentException("usage: MillraceJob -c pipeline.yaml [-D key=value ...]");
  }

  /** All that the training operator is told of a pipeline. */
  public static TrainSpec trainSpec(Settings settings) {
    return new TrainSpec(
        settings.pipeline(),
        settings.input().topic(),
        settings.input().spec(),
        settings.model(),
        settings.metrics(),
        settings.configHash(),
        settings.drift(),
        settings.output().hasPredictions(),
        settings.output().snapshots().to(settings.output().models()),
        settings.output().hasFleet(),
        settings.output().commands());
  }

  private static OffsetsInitializer startingOffsets(Settings settings) throws InterruptedException {
    return switch (settings.input().start()) {
      case EARLIEST -> OffsetsInitializer.earliest();
      case LATEST -> KafkaIo.latest(settings.kafka(), settings.input().topics());
      case COMMITTED -> KafkaIo.committedOrEarliest();
    };
  }

  private static Sink<OutputRecord> sink(Settings settings, String topic, TopicLimits limits) {
    return KafkaIo.sink(
        settings.kafka(),
        topic,
        switch (settings.output().guarantee()) {
          case AT_LEAST_ONCE -> DeliveryGuarantee.AT_LEAST_ONCE;
          case EXACTLY_ONCE -> DeliveryGuarantee.EXACTLY_ONCE;
        },
        consumerGroup(settings) + "/" + topic,
        settings.input().spec().limits().outputBytes(),
        limits.ageMillis());
  }
}
