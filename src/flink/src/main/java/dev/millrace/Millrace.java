package dev.millrace;

import dev.millrace.codec.FieldsDecoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.PublicApi;
import dev.millrace.flink.CommandFunction;
import dev.millrace.flink.ExampleMapper;
import dev.millrace.flink.MapperFunction;
import dev.millrace.flink.OutputTags;
import dev.millrace.flink.TrainOperator;
import dev.millrace.flink.chunk.ChunkOperator;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.prequential.spec.TrainSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.PartitionTransformation;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline as a part of any Flink job: a stream of elements in, streams of predictions, metrics,
 * events, dead letters and models out.
 *
 * <pre>{@code
 * MillraceStreams out =
 *     Millrace.pipeline("""
 *             pipeline: fraud
 *             input:
 *               key: card
 *               label: fraud
 *               features: [amount, { name: country, type: hash }]
 *             """)
 *         .learn(orders, (order, fields) ->
 *             fields
 *                 .set("card", order.card())
 *                 .set("fraud", order.isFraud())
 *                 .set("amount", order.amount())
 *                 .set("country", order.country()));
 * out.predictions().sinkTo(...);
 * }</pre>
 *
 * <p>Sources, sinks, watermarks and checkpoints are those of the job. The examples of a key have to
 * arrive in order: in one partition of the stream, as records of one Kafka key do, or behind a
 * {@code keyBy}. Then parallelism and failures change no bit of the models, which equal those that
 * the packaged job learns from the same fields.
 *
 * <p>Instances are immutable; each method returns another one.
 */
@PublicApi
public final class Millrace {
  private final Settings settings;
  private final String prefix;
  private final int parallelism;
  private final @Nullable DataStream<KafkaRecord> commands;
  private final @Nullable Labels<?> labels;

  private Millrace(
      Settings settings,
      String prefix,
      int parallelism,
      @Nullable DataStream<KafkaRecord> commands,
      @Nullable Labels<?> labels) {
    this.settings = settings;
    this.prefix = prefix;
    this.parallelism = parallelism;
    this.commands = commands;
    this.labels = labels;
  }

  /** Labels in a stream of their own. */
  private record Labels<L>(DataStream<L> stream, ExampleMapper<? super L> mapper) {}

  /**
   * Returns the pipeline of a text: a pipeline file, in which {@code kafka} may be missing. Options
   * about topics and formats have no effect.
   *
   * @throws InvalidPipelineException if the text is not a valid pipeline; the message has all
   *     errors
   */
  public static Millrace pipeline(String yaml) {
    return of(PipelineFile.parseMapped(yaml));
  }

  /** Returns the pipeline of settings, such as {@link PipelineFile#defaults}. */
  public static Millrace of(Settings settings) {
    return new Millrace(settings, "", 0, null, null);
  }

  /**
   * Returns the same with a prefix for uids and names of operators, so that several pipelines can
   * be in one job. The prefix is part of the uids that name the state in savepoints: never change
   * it.
   */
  public Millrace withUidPrefix(String uidPrefix) {
    return new Millrace(settings, uidPrefix, parallelism, commands, labels);
  }

  /** Returns the same with a parallelism of training; without, it is the environment's. */
  public Millrace withParallelism(int subtasks) {
    return new Millrace(settings, prefix, subtasks, commands, labels);
  }

  /**
   * Returns the same with commands to the models: to promote one of several, or to erase a key or
   * an id.
   *
   * @param records as on the commands topic: the key, null to erase an id from all keys, and a JSON
   *     object such as {@code {"command":"promote","pipeline":"fraud","model":"big"}}
   */
  public Millrace withCommands(DataStream<KafkaRecord> records) {
    return new Millrace(settings, prefix, parallelism, records, labels);
  }

  /**
   * Returns the same with labels that come in a stream of their own, for a pipeline with {@code
   * input.labels}. They are joined to their features by the id.
   *
   * @param mapper sets the id, the key and the label
   */
  public <L> Millrace withLabels(DataStream<L> stream, ExampleMapper<? super L> mapper) {
    return new Millrace(settings, prefix, parallelism, commands, new Labels<L>(stream, mapper));
  }

  /**
   * Returns the same with labels that come in a stream of their own, whose elements have fields
   * with the names of id, key and label.
   *
   * @throws InvalidPipelineException if they do not
   */
  public <L> Millrace withLabels(DataStream<L> stream) {
    InputSpec input = settings.input().spec();
    return withLabels(
        stream, NamedFieldMapper.of(stream.getType(), FieldsDecoder.ofLabels(input).names()));
  }

  /**
   * Learns from a stream whose elements have fields with the names that the pipeline reads: a
   * record, a POJO or a {@link org.apache.flink.types.Row} with a type.
   *
   * @throws InvalidPipelineException as {@link #learn(DataStream, ExampleMapper)}, and if the
   *     elements lack one of the fields
   */
  public <T> ElementStreams<T> learn(DataStream<T> stream) {
    InputSpec input = requireFields();
    List<String> names = new ArrayList<>(FieldsDecoder.of(input).names());
    if (labels != null) {
      names.removeAll(input.labelFields());
    }
    return learn(stream, NamedFieldMapper.of(stream.getType(), names));
  }

  /**
   * Learns from a stream.
   *
   * @param mapper sets the fields of an element's example
   * @throws InvalidPipelineException if the pipeline does not name {@code input.key} or {@code
   *     input.features}, or its settings cannot be used in a stream
   */
  public <T> ElementStreams<T> learn(DataStream<T> stream, ExampleMapper<? super T> mapper) {
    InputSpec input = requireFields();
    MapperFunction<T> function = new MapperFunction<>(settings.pipeline(), input, mapper, false);
    SingleOutputStreamOperator<Example> examples = mapped(stream, function, "decode");
    DataStream<Example> all = examples;
    DataStream<OutputRecord> rejected = examples.getSideOutput(OutputTags.DEAD_LETTERS);
    if (labels != null) {
      SingleOutputStreamOperator<Example> separate = labels(labels, input);
      all = examples.union(separate);
      rejected = rejected.union(separate.getSideOutput(OutputTags.DEAD_LETTERS));
    } else if (input.labels() != null && input.labels().topic() != null) {
      throw new InvalidPipelineException(
          "input.labels.topic names a topic of labels, but the job has no stream of them. Add it"
              + " with withLabels, or remove the option if labels come in the same stream as"
              + " features");
    }
    return new ElementStreams<>(stream, function, graph(all, rejected));
  }

  /**
   * Predicts the elements of a stream with the models that this pipeline publishes, in whatever job
   * it learns: the newest of each key, read from the models topic. It starts once the models on the
   * topic have been read, keeps no state, and needs no {@code keyBy}.
   *
   * @param mapper sets the key and the features, and the id if there is one; it may be that of
   *     {@code learn}, as label, weight and group are ignored
   * @throws InvalidPipelineException if the pipeline does not name {@code kafka.bootstrap.servers},
   *     {@code input.key} or {@code input.features}, or forecasts
   */
  public <T> PredictedStreams<T> predict(DataStream<T> stream, ExampleMapper<? super T> mapper) {
    InputSpec input = requireFields();
    requireNamed(
        settings.kafka().containsKey("bootstrap.servers"),
        "kafka.bootstrap.servers",
        "brokers of the models topic",
        "kafka: { bootstrap.servers: \"broker:9092\" }");
    if (input.forecast() != null) {
      throw new InvalidPipelineException(
          "input.forecast needs the values of the series. Read forecasts from the predictions"
              + " topic");
    }
    String name = prefix + "predict";
    SingleOutputStreamOperator<PredictedElement<T>> predicted =
        stream
            .process(new PredictFunction<>(settings, mapper))
            .returns(PredictedElement.type(stream.getType()))
            .uid(name)
            .name(name);
    return new PredictedStreams<>(
        parallelism > 0 ? predicted.setParallelism(parallelism) : likeInput(predicted, stream));
  }

  /**
   * Predicts the elements of a stream whose fields have the names that the pipeline reads; they
   * need neither label nor weight.
   *
   * @throws InvalidPipelineException as {@link #predict(DataStream, ExampleMapper)}, and if the
   *     elements lack one of the fields
   */
  public <T> PredictedStreams<T> predict(DataStream<T> stream) {
    InputSpec input = requireFields();
    List<String> names = new ArrayList<>(FieldsDecoder.of(input).names());
    names.removeAll(input.labelFields());
    names.removeAll(Arrays.asList(input.weight(), input.group()));
    return predict(stream, NamedFieldMapper.of(stream.getType(), names));
  }

  private InputSpec requireFields() {
    InputSpec input = settings.input().spec();
    requireNamed(
        input.key() != null, "input.key", "field of the model key", "input: { key: card }");
    requireNamed(
        input.hasFeatures(), "input.features", "features", "input: { features: [amount] }");
    return input;
  }

  private static void requireNamed(boolean isNamed, String option, String what, String example) {
    if (!isNamed) {
      throw new InvalidPipelineException(
          "%s is missing. Name the %s, for example: %s".formatted(option, what, example));
    }
  }

  private <L> SingleOutputStreamOperator<Example> labels(Labels<L> separate, InputSpec input) {
    if (input.labels() == null) {
      throw new InvalidPipelineException(
          "input.labels is missing, but labels come in a stream of their own. Add it, for example:"
              + " input: { id: %s, labels: { timeout: 1h } }"
                  .formatted(input.id() == null ? "order" : input.id()));
    }
    return mapped(
        separate.stream(),
        new MapperFunction<>(settings.pipeline(), input, separate.mapper(), true),
        "decode-labels");
  }

  private <T> SingleOutputStreamOperator<Example> mapped(
      DataStream<T> stream, MapperFunction<T> function, String name) {
    return likeInput(
            stream.process(function).returns(ChunkOperator.INPUT_TYPE).uid(prefix + name), stream)
        .name(prefix + name);
  }

  /**
   * Learns from examples that the job has decoded itself; their features are those of the model. An
   * example is copied before the next one arrives, so that one object can serve for all.
   *
   * @throws InvalidPipelineException if the settings cannot be used in a stream
   */
  public MillraceStreams learnExamples(DataStream<Example> stream) {
    return graph(stream, null);
  }

  /**
   * Builds the graph from the examples on. The uid of an operator names its state in savepoints and
   * never changes.
   *
   * @param rejected dead letters of the decoding; null if there are none
   */
  MillraceStreams graph(DataStream<Example> examples, @Nullable DataStream<OutputRecord> rejected) {
    requireNoKeyToResolve();
    requireStreaming(examples);
    requireNewPrefix(examples.getExecutionEnvironment());
    DataStream<Chunk> chunks = chunks(examples, "chunk", settings.input().spec().forecast());
    DataStream<Chunk> commandChunks = null;
    DataStream<OutputRecord> undecoded = rejected;
    if (commands != null) {
      SingleOutputStreamOperator<Example> decoded = decoded(commands);
      commandChunks = chunks(decoded, "chunk-commands", null);
      DataStream<OutputRecord> commandDeadLetters = decoded.getSideOutput(OutputTags.DEAD_LETTERS);
      undecoded = undecoded == null ? commandDeadLetters : undecoded.union(commandDeadLetters);
    }
    TrainOperator operator = new TrainOperator(trainSpec(), settings.state().spec());
    SingleOutputStreamOperator<OutputRecord> train =
        train(chunks.keyBy(Chunk::key), commandChunks, operator);
    if (parallelism > 0) {
      train.setParallelism(parallelism);
    }
    return new MillraceStreams(settings, prefix, operator, train, undecoded);
  }

  private DataStream<Chunk> chunks(
      DataStream<Example> rows, String name, @Nullable ForecastSpec forecast) {
    return likeInput(
        rows.transform(prefix + name, ChunkOperator.TYPE, new ChunkOperator(forecast))
            .uid(prefix + name),
        rows);
  }

  /**
   * Adds the operator that trains.
   *
   * @param commands each of which goes to all of its subtasks, since it may be about all keys; null
   *     if there are none
   */
  private SingleOutputStreamOperator<OutputRecord> train(
      KeyedStream<Chunk, String> examples,
      @Nullable DataStream<Chunk> commands,
      TrainOperator operator) {
    DataStream<Chunk> all = commands == null ? examples : examples.union(commands.broadcast());
    SingleOutputStreamOperator<OutputRecord> train =
        all.transform(prefix + "train", OutputTags.RECORD, operator).uid(prefix + "train");
    // As it is for a stream that is keyed as a whole.
    @SuppressWarnings("unchecked")
    OneInputTransformation<Chunk, OutputRecord> keyed =
        (OneInputTransformation<Chunk, OutputRecord>) train.getTransformation();
    keyed.setStateKeySelector(examples.getKeySelector());
    keyed.setStateKeyType(examples.getKeyType());
    return train;
  }

  private TrainSpec trainSpec() {
    TrainSpec spec = settings.trainSpec();
    return commands == null || spec.commands() != null
        ? spec
        : spec.with(to -> to.commands = DefaultTopic.COMMANDS.of(settings.pipeline()));
  }

  private void requireNoKeyToResolve() {
    if (settings.warmStartKey() != null) {
      throw new InvalidPipelineException(
          ("%1$s.warm-start.key is read from the models topic, and there are no topics here. Export"
                  + " that model with ./millrace models export, and name the file with"
                  + " %1$s.warm-start.file")
              .formatted(PriorModel.part(settings)));
    }
  }

  private static void requireStreaming(DataStream<?> stream) {
    RuntimeExecutionMode mode =
        stream.getExecutionEnvironment().getConfiguration().get(ExecutionOptions.RUNTIME_MODE);
    if (mode != RuntimeExecutionMode.STREAMING) {
      throw new InvalidPipelineException(
          "execution.runtime-mode is %s, but models learn in the order of a stream. Set STREAMING, which reads bounded sources too"
              .formatted(mode));
    }
  }

  private void requireNewPrefix(StreamExecutionEnvironment env) {
    String uid = prefix + "train";
    if (env.getTransformations().stream().anyMatch(operator -> uid.equals(operator.getUid()))) {
      throw new IllegalStateException(
          "Two pipelines of the job have the uid prefix \"%s\", which must be unique, because it names their state. Add .withUidPrefix(\"...\") to one of them"
              .formatted(prefix));
    }
  }

  /**
   * Gives an operator the parallelism of its input, for another one would deal the examples of a
   * key out to several subtasks. Behind a {@code keyBy} the key is in one subtask anyway.
   */
  private static <R> SingleOutputStreamOperator<R> likeInput(
      SingleOutputStreamOperator<R> operator, DataStream<?> input) {
    boolean isPartitioned = input.getTransformation() instanceof PartitionTransformation;
    return isPartitioned || input.getParallelism() == operator.getParallelism()
        ? operator
        : operator.setParallelism(input.getParallelism());
  }

  private SingleOutputStreamOperator<Example> decoded(DataStream<KafkaRecord> records) {
    return likeInput(
            records
                .process(new CommandFunction(settings.pipeline(), settings.input().spec().limits()))
                .returns(ChunkOperator.INPUT_TYPE)
                .uid(prefix + "decode-commands"),
            records)
        .name(prefix + "decode-commands");
  }
}
