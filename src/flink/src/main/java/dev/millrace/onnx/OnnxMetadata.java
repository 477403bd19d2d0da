package dev.millrace.onnx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.Normalization;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes and reads the properties of an ONNX file: a description of the model, and the exact
 * statistics of features and target, of which the graph has only origin and scale.
 */
final class OnnxMetadata {
  static final String PIPELINE = "pipeline";
  static final String KEY = "key";
  static final String VERSION = "model_version";
  static final String CONFIG = "config_hash";
  static final String EXAMPLES = "examples";
  static final String TASK = "task";
  static final String CLASSES = "classes";
  static final String FEATURES = "features";
  private static final String NORMALIZATION = "millrace.normalization";
  private static final String DECAY = "millrace.normalization.decay";
  private static final String CLIP = "millrace.normalization.clip";
  private static final String INDICATORS = "millrace.indicators";
  private static final String FEATURE_STATISTICS = "millrace.statistics.features";
  private static final String TARGET_STATISTICS = "millrace.statistics.target";

  private static final ObjectMapper JSON = new ObjectMapper();

  private OnnxMetadata() {}

  static Map<String, String> of(OnnxInfo info, Learner learner, ModelWeights.Scaling scaling) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(PIPELINE, info.pipeline());
    properties.put(KEY, info.key());
    properties.put(VERSION, Long.toString(learner.steps()));
    properties.put(CONFIG, info.config());
    properties.put(EXAMPLES, Long.toString(learner.examples()));
    properties.put(TASK, info.task().id());
    if (info.task().isClassification()) {
      properties.put(CLASSES, json(info.classes()));
    }
    if (!info.features().isEmpty()) {
      properties.put(FEATURES, json(info.features()));
    }
    properties.put(NORMALIZATION, scaling.normalization().kind().id());
    properties.put(DECAY, Float.toString(scaling.normalization().decay()));
    properties.put(CLIP, Float.toString(scaling.normalization().clip()));
    int[] indicators = scaling.normalization().indicators().first(learner.inputs()).columns();
    if (indicators.length > 0) {
      properties.put(INDICATORS, json(indicators));
    }
    properties.put(FEATURE_STATISTICS, text(scaling.features()));
    if (scaling.target() != null) {
      properties.put(TARGET_STATISTICS, text(scaling.target()));
    }
    return properties;
  }

  /**
   * Returns the task in a file of Millrace.
   *
   * @throws OnnxException if there is none
   */
  static Task task(Map<String, String> properties) throws OnnxException {
    try {
      return Task.valueOf(required(properties, TASK).toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new OnnxException("its property task is " + properties.get(TASK));
    }
  }

  /** Returns a list of names in a file of Millrace, empty if it has none. */
  static List<String> names(Map<String, String> properties, String property) throws OnnxException {
    try {
      List<String> names =
          JSON.readValue(
              properties.getOrDefault(property, "[]"), new TypeReference<List<String>>() {});
      if (names == null || names.contains(null)) {
        throw new IllegalArgumentException("null is not a name");
      }
      return names;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new OnnxException("its property " + property + " is not a list of names");
    }
  }

  /** Returns the statistics in a file of Millrace. */
  static ModelWeights.Scaling scaling(Map<String, String> properties, int inputs)
      throws OnnxException {
    try {
      Normalization normalization =
          new Normalization(
              Normalization.Kind.valueOf(
                  required(properties, NORMALIZATION).toUpperCase(Locale.ROOT)),
              Float.parseFloat(required(properties, DECAY)),
              Float.parseFloat(required(properties, CLIP)),
              indicators(properties, inputs));
      String target = properties.get(TARGET_STATISTICS);
      ModelWeights.Scaling scaling =
          new ModelWeights.Scaling(
              normalization,
              numbers(required(properties, FEATURE_STATISTICS)),
              target == null ? null : numbers(target));
      if (!isPossible(scaling)) {
        throw new IllegalArgumentException("the statistics are impossible");
      }
      return scaling;
    } catch (IllegalArgumentException e) {
      throw new OnnxException(
          "its properties millrace.normalization or millrace.statistics are damaged");
    }
  }

  private static Indicators indicators(Map<String, String> properties, int inputs)
      throws OnnxException {
    try {
      int[] columns = JSON.readValue(properties.getOrDefault(INDICATORS, "[]"), int[].class);
      if (columns == null || Arrays.stream(columns).anyMatch(c -> c < 0 || c >= inputs)) {
        throw new IllegalArgumentException("the model has no such column");
      }
      return Indicators.of(columns);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new OnnxException("its property " + INDICATORS + " is not a list of columns");
    }
  }

  private static boolean isPossible(ModelWeights.Scaling scaling) {
    Normalization normalization = scaling.normalization();
    return normalization.decay() >= 0f
        && normalization.decay() < 1f
        && normalization.clip() >= 0f
        && Float.isFinite(normalization.clip())
        && arePossible(scaling.features(), normalization.kind())
        && (scaling.target() == null || arePossible(scaling.target(), normalization.kind()));
  }

  /** Returns true if the statistics are possible ones of whole columns. */
  private static boolean arePossible(double[] statistics, Normalization.Kind kind) {
    boolean possible = true;
    for (int i = 0; i < statistics.length; i++) {
      double value = statistics[i];
      possible &=
          switch (kind) {
            case NONE -> true;
            // count, mean and sum of squares
            case STANDARD -> Double.isFinite(value) && (i % 3 == 1 || value >= 0);
            case MINMAX -> i % 2 == 1 || isRange(value, statistics[i + 1]);
          };
    }
    return possible;
  }

  /** Returns true if the range is of some numbers, or of none. */
  private static boolean isRange(double min, double max) {
    return (Double.isFinite(min) && Double.isFinite(max))
        ? min <= max
        : min == Double.POSITIVE_INFINITY && max == Double.NEGATIVE_INFINITY;
  }

  private static String required(Map<String, String> properties, String name) throws OnnxException {
    String value = properties.get(name);
    if (value == null) {
      throw new OnnxException("it has no property " + name);
    }
    return value;
  }

  private static String json(Object list) {
    try {
      return JSON.writeValueAsString(list);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a list of words or numbers is JSON", e);
    }
  }

  private static String text(double[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Double.BYTES);
    bytes.asDoubleBuffer().put(numbers);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static double[] numbers(String text) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    double[] numbers = new double[bytes.remaining() / Double.BYTES];
    bytes.asDoubleBuffer().get(numbers);
    return numbers;
  }
}
