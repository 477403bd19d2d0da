package dev.millrace.cli.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.http.HttpReply;
import dev.millrace.cli.http.HttpReply.Content;
import dev.millrace.cli.models.ModelLines;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.codec.FeatureReader;
import dev.millrace.codec.JsonErrors;
import dev.millrace.codec.json.AnswerJson;
import dev.millrace.codec.text.NumberText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.data.RecentlyUsed;
import dev.millrace.explain.RowColumns;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.report.ModelAnswer;
import dev.millrace.serving.LoadedModel;
import dev.millrace.serving.ServedModels;
import dev.millrace.serving.ServedModels.Held;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Iterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers the requests of the prediction server, independent of HTTP. Thread-safe. */
final class ServeApi {
  /** Maximum number of predictions in one request. */
  static final int MAX_INSTANCES = 1_000;

  /** Maximum number of bytes in an answer. */
  static final int MAX_ANSWER_BYTES = 16 << 20;

  /** Bytes up to which a body counts as short. */
  static final int SHORT_BODY_BYTES = 8 << 10;

  /** Error code of a key without a model. */
  static final String UNKNOWN_KEY = "unknown-key";

  private static final int MAX_MODELS = 1_000;
  // A longer list of models continues on the next page.
  private static final int MAX_PAGE_CHARACTERS = 4 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Error of a request, or of one of its instances. */
  private static final class RequestException extends Exception {
    private static final long serialVersionUID = 1L;
    final int status;
    final String code;

    RequestException(int status, String code, @Nullable String message) {
      super(message, null, false, false);
      this.status = status;
      this.code = code;
    }

    HttpReply reply() {
      return HttpReply.error(status, code, getMessage());
    }

    @Override
    public String getMessage() {
      return "" + super.getMessage();
    }

    static RequestException malformed(String message) {
      return new RequestException(400, "malformed-request", message);
    }
  }

  private static final class Scratch {
    final Workspace workspace = new Workspace();
    final Example example = new Example();
    private final FeatureReader defaultReader;
    private final RecentlyUsed<DeclaredColumns, FeatureReader> byColumns;

    Scratch(InputSpec spec) {
      defaultReader = new FeatureReader(spec);
      byColumns = RecentlyUsed.byColumns(columns -> new FeatureReader(spec.ofModel(columns)));
    }

    FeatureReader features(LoadedModel model) {
      return model.columns() == null ? defaultReader : byColumns.of(model.columns());
    }
  }

  private final ServedModels models;
  private final SummaryView summary;
  private final Supplier<ServeStatus> status;
  private final ServeMetrics metrics;
  // Max number that the reasons of one take; 0 without reasons.
  private final int predictionsOfInstance;
  // As many as predictions are computed at a time. Nothing waits for a client or a broker while it
  // has one.
  private final BlockingQueue<Scratch> scratches;

  /**
   * @param hasReasons true if predictions have reasons
   * @param threads predictions that are computed at the same time
   */
  ServeApi(
      InputSpec input,
      ServedModels models,
      SummaryView summary,
      Supplier<ServeStatus> status,
      boolean hasReasons,
      int threads,
      ServeMetrics metrics) {
    this.models = models;
    this.summary = summary;
    this.status = status;
    this.metrics = metrics;
    predictionsOfInstance = hasReasons ? RowColumns.maxPredictions(input) : 0;
    scratches = new ArrayBlockingQueue<>(threads);
    for (int s = 0; s < threads; s++) {
      scratches.add(new Scratch(input));
    }
  }

  /**
   * Returns true if a request takes as long as one with a long body: reasons take many predictions
   * of each instance, which count as a byte each.
   */
  boolean isLong(byte[] body) {
    if (predictionsOfInstance == 0) {
      return false;
    }
    try {
      long instances = Math.max(1, JSON.readTree(body).path("instances").size());
      return instances * predictionsOfInstance > SHORT_BODY_BYTES;
    } catch (IOException e) {
      return false; // the answer is an error
    }
  }

  /** Answers {@code {"key", "features"}}, or many of them as {@code {"instances": [...]}}. */
  HttpReply predict(byte[] body) throws InterruptedIOException {
    try {
      JsonNode request = JSON.readTree(body);
      if (!request.isObject()) {
        throw RequestException.malformed("the body is not a JSON object");
      }
      int top = top(request.get("top"));
      return request.has("instances")
          ? predictAll(request.get("instances"), top)
          : predictOne(request, top);
    } catch (RequestException e) {
      return e.reply();
    } catch (JsonProcessingException e) {
      return HttpReply.error(
          400,
          "malformed-request",
          "the body is not JSON: " + JsonErrors.readable(e.getOriginalMessage()));
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      return HttpReply.error(400, "malformed-request", "the body is not JSON: it is not text");
    }
  }

  private static int top(@Nullable JsonNode top) throws RequestException {
    if (top == null) {
      return Integer.MAX_VALUE;
    }
    if (!top.isInt() || top.intValue() < 1) {
      throw RequestException.malformed("\"top\" must be a whole number from 1");
    }
    return top.intValue();
  }

  private HttpReply predictOne(JsonNode request, int top)
      throws RequestException, InterruptedIOException {
    requireShort(models.answerBytes(key(request), top));
    ModelAnswer answer = answer(request).top(top);
    return HttpReply.json(200, json -> AnswerJson.write(json, answer));
  }

  private HttpReply predictAll(JsonNode instances, int top) throws RequestException {
    if (!instances.isArray() || instances.size() > MAX_INSTANCES) {
      throw RequestException.malformed(
          "\"instances\" must be an array of at most %,d objects".formatted(MAX_INSTANCES));
    }
    long bytes = 0;
    for (JsonNode instance : instances) {
      String key = keyOrNull(instance);
      bytes += models.answerBytes(key == null ? "" : key, top);
    }
    requireShort(bytes);
    return HttpReply.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("predictions");
          for (JsonNode instance : instances) {
            answerOrError(instance, top).write(json);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void requireShort(long bytes) throws RequestException {
    if (bytes > MAX_ANSWER_BYTES) {
      throw new RequestException(
          413,
          "answer-too-large",
          ("the answer may have %,d bytes, more than %,d: ask for the likeliest classes with"
                  + " \"top\", or for fewer instances")
              .formatted(bytes, MAX_ANSWER_BYTES));
    }
  }

  private Content answerOrError(JsonNode instance, int top) throws InterruptedIOException {
    try {
      ModelAnswer answer = answer(instance).top(top);
      return json -> AnswerJson.write(json, answer);
    } catch (RequestException e) {
      metrics.error(e.code);
      return json -> HttpReply.writeError(json, e.code, e.getMessage());
    }
  }

  private static @Nullable String keyOrNull(JsonNode instance) {
    JsonNode key = instance.path("key");
    // As the job spells a key that is a number.
    return key.isNumber() ? NumberText.of(key.numberValue()) : key.textValue();
  }

  private static String key(JsonNode instance) throws RequestException {
    JsonNode given = instance.path("key");
    String key = keyOrNull(instance);
    if (key == null) {
      throw RequestException.malformed("\"key\" is missing, or neither a text nor a number");
    }
    if (given.isNumber() && !NumberText.isName(given.numberValue())) {
      throw new RequestException(
          422, DeadLetterReason.INVALID_KEY.id(), "\"key\" is " + key + ", no finite number");
    }
    return key;
  }

  private ModelAnswer answer(JsonNode instance) throws RequestException, InterruptedIOException {
    String key = key(instance);
    try {
      Held held = models.fetch(key);
      if (held == null) {
        throw unknownKey(key);
      }
      ModelAnswer answer = predict(held, instance);
      metrics.prediction();
      return answer;
    } catch (RejectedException e) {
      throw new RequestException(422, e.reason().id(), e.getMessage());
    } catch (ModelMismatchException e) {
      throw new RequestException(409, "other-settings", e.getMessage());
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new RequestException(503, "model-unavailable", e.getMessage());
    }
  }

  private ModelAnswer predict(Held held, JsonNode instance)
      throws RequestException, RejectedException, IOException {
    Scratch scratch = take();
    try {
      LoadedModel model = models.load(held, scratch.workspace);
      readFeatures(instance, scratch.features(model), scratch.example);
      return model.predict(scratch.example, scratch.workspace);
    } finally {
      scratches.add(scratch);
    }
  }

  private Scratch take() throws InterruptedIOException {
    try {
      return scratches.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is being closed");
    }
  }

  private static void readFeatures(JsonNode instance, FeatureReader reader, Example into)
      throws RequestException, RejectedException {
    JsonNode features = instance.path("features");
    JsonNode attributes = instance.get("attributes");
    if (features.isObject() && attributes == null) {
      reader.readNamed(features, into);
    } else if (features.isArray() && (attributes == null || attributes.isObject())) {
      reader.readPositional(features, attributes, into);
    } else {
      throw RequestException.malformed(
          "\"features\" must be an object of values by name, or an array of numbers with"
              + " \"attributes\" as an optional object of texts");
    }
  }

  /** Returns an error while the models topic has not been read to its end; null afterwards. */
  @Nullable HttpReply starting() {
    ServeStatus now = status.get();
    return now.ready() ? null : HttpReply.error(503, "starting", now.starting());
  }

  /** Answers with the summary of a key's model. */
  HttpReply model(String key) {
    ModelSnapshot model = models.summary(key);
    return model == null ? unknownKey(key).reply() : HttpReply.json(ModelLines.json(model));
  }

  /**
   * Answers with the summaries of many models, in the order of their keys.
   *
   * @param after the key after which they begin
   * @param limit maximum number, as in the request; null for the maximum allowed
   */
  HttpReply list(String after, @Nullable String limit) {
    if (limit != null && !limit.matches("[1-9]\\d{0,8}")) {
      return HttpReply.error(400, "malformed-request", "limit must be a whole number from 1");
    }
    int count = limit == null ? MAX_MODELS : Math.min(Integer.parseInt(limit), MAX_MODELS);
    return HttpReply.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeNumberField("keys", models.size());
          json.writeArrayFieldStart("models");
          Iterator<ModelSnapshot> some = models.summaries(after);
          String last = null;
          long characters = 0;
          for (int m = 0; m < count && some.hasNext() && characters < MAX_PAGE_CHARACTERS; m++) {
            ModelSnapshot model = some.next();
            String line = ModelLines.json(model);
            json.writeRawValue(line);
            characters += line.length();
            last = model.key();
          }
          json.writeEndArray();
          json.writeStringField("next", some.hasNext() ? last : null);
          json.writeEndObject();
        });
  }

  /** Answers with the newest record of the summary. */
  HttpReply summary() {
    if (summary.isStarting()) {
      return HttpReply.error(503, "starting", "the summary topic is still being read");
    }
    String newest = summary.newest();
    if (newest != null) {
      return HttpReply.json(newest);
    }
    return summary.isOn()
        ? HttpReply.error(503, "no-summary-yet", "the job has not written a summary record yet")
        : HttpReply.error(
            404, "summary-off", "the pipeline has no summary; set output.summary: true");
  }

  /** Answers with 200 once predictions are made; known models are served without brokers, too. */
  HttpReply health() {
    ServeStatus now = status.get();
    ServedModels.Stats stats = models.stats();
    return HttpReply.json(
        now.ready() ? 200 : 503,
        json -> {
          json.writeStartObject();
          json.writeStringField("status", now.ready() ? "ok" : "starting");
          json.writeBooleanField("connected", now.connected());
          if (now.remaining() < 0) {
            json.writeNullField("remaining");
          } else {
            json.writeNumberField("remaining", now.remaining());
          }
          json.writeNumberField("models", stats.models());
          json.writeNumberField("in_memory", stats.inMemory());
          json.writeEndObject();
        });
  }

  /** Answers with the metrics in Prometheus' text format. */
  HttpReply metrics() {
    return metrics.reply(models.stats(), status.get());
  }

  private static RequestException unknownKey(String key) {
    return new RequestException(
        404,
        UNKNOWN_KEY,
        "there is no model of key \""
            + Terminal.printable(key, 60)
            + "\"; GET /v1/models lists them");
  }
}
