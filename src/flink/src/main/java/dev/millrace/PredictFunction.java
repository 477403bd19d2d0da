package dev.millrace;

import dev.millrace.codec.ExampleFields;
import dev.millrace.codec.FieldsDecoder;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.config.Settings;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.DeadLetters;
import dev.millrace.flink.ExampleMapper;
import dev.millrace.flink.OutputTags;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.report.ModelAnswer;
import dev.millrace.serving.PredictionCounters;
import dev.millrace.serving.ServedModels.Held;
import dev.millrace.serving.SharedModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Predicts elements with the newest published model of their key.
 *
 * @param <T> type of the elements
 */
final class PredictFunction<T> extends ProcessFunction<T, PredictedElement<T>> {
  private static final long serialVersionUID = 1L;

  private static final SharedModels.Cache CACHE =
      new SharedModels.Cache(
          256L << 20,
          "key the stream by the model key and run more task managers, which keep 256 MiB of models"
              + " in memory each");
  private static final Duration MAX_WAIT = Duration.ofSeconds(60);

  private final Settings settings;
  private final ExampleMapper<? super T> mapper;
  private transient FieldsDecoder decoder;
  private transient Example example;
  private transient Workspace workspace;
  private transient DeadLetters deadLetters;
  private transient PredictionCounters counters;
  private transient @Nullable SharedModels models;

  PredictFunction(Settings settings, ExampleMapper<? super T> mapper) {
    this.settings = settings;
    this.mapper = mapper;
  }

  /** Waits for the models that are on the topic now. */
  @Override
  public void open(OpenContext context) throws IOException {
    InputSpec input = settings.input().spec();
    decoder = FieldsDecoder.ofQuestions(input);
    example = new Example();
    workspace = new Workspace();
    MetricGroup group = getRuntimeContext().getMetricGroup();
    deadLetters = new DeadLetters(group, settings.pipeline(), input.limits().outputBytes());
    SharedModels opened = SharedModels.open(settings, settings.output().models(), CACHE, MAX_WAIT);
    models = opened;
    counters = new PredictionCounters(group, opened.models());
  }

  @Override
  public void processElement(T element, Context context, Collector<PredictedElement<T>> out)
      throws Exception {
    ExampleFields fields = decoder.begin();
    mapper.map(element, fields);
    for (String label : settings.input().spec().labelFields()) {
      fields.set(label, (Object) null);
    }
    Long timestamp = context.timestamp();
    long time = timestamp == null ? KafkaRecord.NO_TIMESTAMP : timestamp;
    DeadLetter rejected = decoder.decode(time, example);
    if (rejected == null) {
      try {
        out.collect(new PredictedElement<>(element, predict()));
        return;
      } catch (RejectedException e) {
        rejected = decoder.rejected(time, e);
      }
    }
    counters.rejected(rejected.message());
    context.output(OutputTags.DEAD_LETTERS, deadLetters.record(rejected));
  }

  private PredictionRow predict() throws IOException, RejectedException {
    String id =
        example.hasId()
            ? new String(example.id, 0, example.idLength, StandardCharsets.UTF_8)
            : null;
    Held held = shared().fetch(example.key);
    if (held == null) {
      counters.unknownKey();
    } else {
      ModelAnswer answer = answer(held);
      if (answer != null) {
        return PredictionRow.of(RowJson.of(answer), id, example.eventTime);
      }
    }
    return PredictionRow.none(example.key, id, example.eventTime);
  }

  private @Nullable ModelAnswer answer(Held held) throws RejectedException {
    try {
      return shared().models().load(held, workspace).predict(example, workspace);
    } catch (IOException e) {
      counters.unusableModel(example.key, e);
      return null;
    }
  }

  private SharedModels shared() {
    return Objects.requireNonNull(models, "open");
  }

  @Override
  public void close() {
    if (models != null) {
      models.close();
      models = null;
    }
  }
}
