package dev.millrace;

import dev.millrace.codec.OutputRecord;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.DecodeFunction;
import dev.millrace.flink.OutputTags;
import dev.millrace.flink.chunk.ChunkOperator;
import dev.millrace.kafka.Lease;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * The Flink job: labelled records in, metrics, predictions, events, dead letters and models out.
 *
 * <p>{@code flink run -c dev.millrace.MillraceJob millrace.jar -c pipeline.yaml}
 */
public final class MillraceJob {

  /** Sinks of the results. */
  public record Sinks(
      Sink<OutputRecord> metrics,
      Sink<OutputRecord> predictions,
      Sink<OutputRecord> events,
      Sink<OutputRecord> deadLetters,
      Sink<OutputRecord> models,
      Sink<OutputRecord> summary) {}

  /** Uid of the source of commands; it is in a snapshot if the job had the source. */
  public static final String COMMANDS_SOURCE = "commands-source";

  /**
   * Option of Flink with the identity under which a job has the lease of its pipeline. Jobs of
   * which only one can run at a time have the same, so that one continues at once after another.
   */
  public static final ConfigOption<String> LEASE_HOLDER =
      ConfigOptions.key("millrace.lease.holder").stringType().noDefaultValue();

  private MillraceJob() {}

  /**
   * Builds the graph without commands: see {@link #build(StreamExecutionEnvironment, Settings,
   * Source, Source, Sinks)}.
   */
  public static void build(
      StreamExecutionEnvironment env,
      Settings settings,
      Source<KafkaRecord, ?, ?> source,
      Sinks sinks) {
    build(env, settings, source, null, sinks);
  }

  /**
   * Builds the graph. Source and sinks are given, so the tested graph is the production graph. The
   * uid of an operator names its state in savepoints and never changes.
   *
   * @param commands to the models; null if the pipeline reads none
   * @throws InvalidPipelineException if {@code model.warm-start.key} was not resolved
   */
  public static void build(
      StreamExecutionEnvironment env,
      Settings settings,
      Source<KafkaRecord, ?, ?> source,
      @Nullable Source<KafkaRecord, ?, ?> commands,
      Sinks sinks) {
    SingleOutputStreamOperator<Example> examples =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "examples-source")
            .uid("examples-source")
            .process(
                new DecodeFunction(
                    settings.pipeline(),
                    settings.input().spec(),
                    settings.input().topics(),
                    settings.kafka()))
            .returns(ChunkOperator.INPUT_TYPE)
            .uid("decode")
            .name("decode");
    Millrace pipeline = Millrace.of(settings);
    if (commands != null) {
      pipeline =
          pipeline.withCommands(
              env.fromSource(commands, WatermarkStrategy.noWatermarks(), COMMANDS_SOURCE)
                  .uid(COMMANDS_SOURCE));
    }
    MillraceStreams out = pipeline.graph(examples, examples.getSideOutput(OutputTags.DEAD_LETTERS));
    write(out.metrics(), sinks.metrics(), "metrics-sink");
    write(out.writtenPredictions(), sinks.predictions(), "predictions-sink");
    write(out.events(), sinks.events(), "events-sink");
    write(out.deadLetters(), sinks.deadLetters(), "dead-letters-sink");
    write(out.models(), sinks.models(), "models-sink");
    write(out.writtenSummaries(), sinks.summary(), "summary-sink");
  }

  private static void write(DataStream<OutputRecord> from, Sink<OutputRecord> to, String name) {
    from.sinkTo(to).uid(name).name(name);
  }

  /**
   * The graph between the pipeline's own topics.
   *
   * @throws InvalidPipelineException if the brokers do not allow transactions as long as the
   *     pipeline's, if an output topic takes tiny records only, or {@code model.warm-start.key}
   *     names no model that fits
   */
  public static void buildOnKafka(
      StreamExecutionEnvironment env, Settings settings, boolean bounded)
      throws InterruptedException {
    PipelineTopics topics = PipelineTopics.of(settings, lease(settings, env.getConfiguration()));
    Settings fitting = PriorModel.resolve(settings.withOutputBytes(topics.limits().recordBytes()));
    build(env, fitting, topics.examples(bounded), topics.commands(bounded), sinks(topics));
  }

  private static Sinks sinks(PipelineTopics topics) {
    Settings.Output output = topics.settings().output();
    return new Sinks(
        topics.sink(output.metrics()),
        topics.sink(output.predictions()),
        topics.sink(output.events()),
        topics.sink(output.deadLetters()),
        topics.sink(output.models()),
        topics.sink(output.summary()));
  }

  /**
   * Returns the lease of a pipeline for a job with these options of Flink. Without {@link
   * #LEASE_HOLDER} each start counts as a new job.
   */
  public static Lease lease(Settings settings, ReadableConfig options) {
    return new Lease(
        settings.kafka(),
        settings.pipeline(),
        settings.leaseGroup(),
        settings.input().topic(),
        // No topic has a colon in its name, so no sink has such an id.
        settings.consumerGroup() + "/:lease",
        options.getOptional(LEASE_HOLDER).orElseGet(() -> UUID.randomUUID().toString()),
        options.getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY).orElse(""));
  }

  /** The name that Flink shows for a pipeline's job. */
  public static String jobName(Settings settings) {
    return "millrace " + settings.pipeline();
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
}
