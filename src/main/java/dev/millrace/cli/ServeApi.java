package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.AnswerJson;
import dev.millrace.codec.FeatureReader;
import dev.millrace.codec.InputSpec;
import dev.millrace.codec.JsonErrors;
import dev.millrace.codec.NumberText;
import dev.millrace.codec.RefusedException;
import dev.millrace.data.Answer;
import dev.millrace.data.Example;
import dev.millrace.flink.ModelSnapshot;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.Workspace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What the prediction server answers, without HTTP around it. Thread-safe. */
final class ServeApi {
  /** Predictions that one request may ask for. */
  static final int MOST_INSTANCES = 1_000;

  /** The code of a key without a model. */
  static final String UNKNOWN_KEY = "unknown-key";

  private static final int MOST_MODELS = 1_000;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** A status and a JSON document. */
  record Reply(int status, byte[] body) {
    static Reply of(int status, Content content) {
      return new Reply(status, bytes(content));
    }

    /** An error: a code for programs, a sentence for people. */
    static Reply error(int status, String code, String message) {
      return of(status, json -> ServeApi.error(json, code, message));
    }
  }

  /** What stands in a document. */
  interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  /** A request, or one of its instances, that cannot be answered. */
  private static final class RequestException extends Exception {
    private static final long serialVersionUID = 1L;
    final int status;
    final String code;

    RequestException(int status, String code, String message) {
      super(message, null, false, false);
      this.status = status;
      this.code = code;
    }
  }

  private static final class Scratch {
    final Workspace workspace = new Workspace();
    final Example example = new Example();
    final FeatureReader features;

    Scratch(InputSpec spec) {
      features = new FeatureReader(spec);
    }
  }

  private final ServedModels models;
  private final FleetView fleet;
  private final ThreadLocal<Scratch> scratch;

  ServeApi(InputSpec input, ServedModels models, FleetView fleet) {
    this.models = models;
    this.fleet = fleet;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch(input));
  }

  /** Answers {@code {"key", "features"}}, or many of them as {@code {"instances": [...]}}. */
  Reply predict(byte[] body) {
    try {
      JsonNode request = JSON.readTree(body);
      if (!request.isObject()) {
        throw new RequestException(400, "malformed-request", "the body is not a JSON object");
      }
      return request.has("instances")
          ? predictAll(request.get("instances"))
          : Reply.of(200, answer(request));
    } catch (RequestException e) {
      return Reply.error(e.status, e.code, e.getMessage());
    } catch (JsonProcessingException e) {
      return Reply.error(
          400,
          "malformed-request",
          "the body is not JSON: " + JsonErrors.readable(e.getOriginalMessage()));
    } catch (IOException e) {
      return Reply.error(400, "malformed-request", "the body is not JSON: it is no text");
    }
  }

  private Reply predictAll(JsonNode instances) throws RequestException {
    if (!instances.isArray() || instances.size() > MOST_INSTANCES) {
      throw new RequestException(
          400,
          "malformed-request",
          "\"instances\" must be an array of at most %,d objects".formatted(MOST_INSTANCES));
    }
    return Reply.of(
        200,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("predictions");
          for (JsonNode instance : instances) {
            answerOrError(instance).write(json);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private Content answerOrError(JsonNode instance) {
    try {
      return answer(instance);
    } catch (RequestException e) {
      return json -> error(json, e.code, e.getMessage());
    }
  }

  private Content answer(JsonNode instance) throws RequestException {
    Scratch mine = scratch.get();
    JsonNode named = instance.path("key");
    // As the job spells a key that is a number.
    String key = named.isNumber() ? NumberText.of(named.numberValue()) : named.textValue();
    if (key == null) {
      throw new RequestException(
          400, "malformed-request", "\"key\" is missing, or neither a text nor a number");
    }
    try {
      LoadedModel model = models.find(key, mine.workspace);
      if (model == null) {
        throw unknownKey(key);
      }
      readFeatures(instance, mine);
      Answer answer = model.predict(mine.example, mine.workspace);
      return json -> AnswerJson.write(json, answer);
    } catch (RefusedException e) {
      throw new RequestException(422, e.reason().id(), e.getMessage());
    } catch (ModelMismatchException e) {
      throw new RequestException(409, "other-settings", e.getMessage());
    } catch (IOException e) {
      throw new RequestException(503, "model-unavailable", e.getMessage());
    }
  }

  private static void readFeatures(JsonNode instance, Scratch mine)
      throws RequestException, RefusedException {
    JsonNode features = instance.path("features");
    JsonNode attributes = instance.get("attributes");
    if (features.isObject() && attributes == null) {
      mine.features.readNamed(features, mine.example);
    } else if (features.isArray() && (attributes == null || attributes.isObject())) {
      mine.features.readPositional(features, attributes, mine.example);
    } else {
      throw new RequestException(
          400,
          "malformed-request",
          "\"features\" must be an object of values by name, or an array of numbers, beside which"
              + " \"attributes\" may be an object of texts");
    }
  }

  /** The summary of a key's model. */
  Reply model(String key) {
    ModelSnapshot model = models.summary(key);
    if (model == null) {
      RequestException unknown = unknownKey(key);
      return Reply.error(unknown.status, unknown.code, unknown.getMessage());
    }
    return Reply.of(200, json -> json.writeRaw(ModelLines.json(model)));
  }

  /**
   * The summaries of many models, in the order of their keys.
   *
   * @param after the key behind which they begin
   * @param limit how many at most, as the request says it; null for as many as are allowed
   */
  Reply list(String after, String limit) {
    if (limit != null && !limit.matches("[1-9]\\d{0,8}")) {
      return Reply.error(400, "malformed-request", "limit must be a whole number from 1");
    }
    int most = limit == null ? MOST_MODELS : Math.min(Integer.parseInt(limit), MOST_MODELS);
    List<ModelSnapshot> some = models.summaries(after, most);
    return Reply.of(
        200,
        json -> {
          json.writeStartObject();
          json.writeNumberField("keys", models.size());
          json.writeArrayFieldStart("models");
          for (ModelSnapshot model : some) {
            json.writeRawValue(ModelLines.json(model));
          }
          json.writeEndArray();
          json.writeStringField("next", some.size() < most ? null : some.get(most - 1).key());
          json.writeEndObject();
        });
  }

  /** The newest record of the fleet view. */
  Reply fleet() {
    String newest = fleet.newest();
    if (newest != null) {
      return Reply.of(200, json -> json.writeRaw(newest));
    }
    return fleet.isOn()
        ? Reply.error(503, "no-fleet-yet", "the job has not written a fleet record yet")
        : Reply.error(404, "fleet-off", "the pipeline has no fleet view; set output.fleet: true");
  }

  private static RequestException unknownKey(String key) {
    return new RequestException(
        404,
        UNKNOWN_KEY,
        "there is no model of key \""
            + Terminal.printable(key, 60)
            + "\"; GET /v1/models lists them");
  }

  private static void error(JsonGenerator json, String code, String message) throws IOException {
    json.writeStartObject();
    AnswerJson.writeError(json, code, message);
    json.writeEndObject();
  }

  private static byte[] bytes(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail to be written to
    }
    return bytes.toByteArray();
  }
}
