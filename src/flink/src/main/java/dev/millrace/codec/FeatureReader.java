package dev.millrace.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import java.util.Arrays;
import java.util.Map;
import org.apache.avro.util.Utf8;

/**
 * Makes the features of an example from what came without a label, by the code that decodes the
 * pipeline's records. Not thread-safe.
 */
public final class FeatureReader {
  private final StandardFeatures positional;
  // Null where no feature is declared.
  private final MappedFeatures named;
  private final RequestFields fields = new RequestFields();
  private float[] numbers = new float[16];
  private boolean[] missing = new boolean[16];

  public FeatureReader(InputSpec spec) {
    positional = new StandardFeatures(spec);
    MappedExampleReader.Parser records =
        spec.format() == InputSpec.Format.AVRO
            ? new AvroFields(ExampleSchema.of(spec))
            : new JsonFields();
    named = spec.features().isEmpty() ? null : new MappedFeatures(spec, records);
  }

  /**
   * Reads the declared features by their names; others are ignored. A name with dots is found as it
   * is in the pipeline file, and else as nested objects.
   *
   * @param into receives the features
   * @throws RefusedException if one is missing or cannot be used, or none is declared
   */
  public void readNamed(JsonNode features, Example into) throws RefusedException {
    if (named == null) {
      throw new RefusedException(
          DeadLetterReason.INVALID_FEATURE,
          "the pipeline declares no input.features, so numbers have no names: send them as an array"
              + " in the order of the records, and texts as \"attributes\"");
    }
    named.read(fields.of(features), into);
  }

  /**
   * Reads numbers by their position, as the standard schema carries them.
   *
   * @param features an array of numbers, booleans and nulls, which are missing
   * @param attributes an object of texts by name, or null
   * @throws RefusedException if one is missing or cannot be used
   */
  public void readPositional(JsonNode features, JsonNode attributes, Example into)
      throws RefusedException {
    int count = features.size();
    fit(count);
    for (int i = 0; i < count; i++) {
      JsonNode number = features.get(i);
      missing[i] = number.isNull();
      if (number.isNumber()) {
        numbers[i] = (float) number.doubleValue();
      } else if (number.isBoolean()) {
        numbers[i] = number.booleanValue() ? 1f : 0f;
      } else if (!missing[i]) {
        throw new RefusedException(
            DeadLetterReason.INVALID_FEATURE, "feature " + i + " is " + number + ", not a number");
      }
    }
    boolean hasAttributes = attributes != null && attributes.size() > 0;
    positional.begin(into, numbers, missing, count, hasAttributes);
    if (hasAttributes) {
      for (Map.Entry<String, JsonNode> attribute : attributes.properties()) {
        positional.attribute(into, new Utf8(attribute.getKey()), text(attribute.getValue()));
      }
    }
    positional.end(into);
  }

  /**
   * The same from a row of a table.
   *
   * @param values the numbers; the first {@code count} are read
   * @param missingAt positions among them whose value is not known
   * @param attributes texts by name, empty where not known
   */
  public void readPositional(
      float[] values, int count, int[] missingAt, Map<String, String> attributes, Example into)
      throws RefusedException {
    fit(count);
    Arrays.fill(missing, 0, count, false);
    for (int position : missingAt) {
      missing[position] = true;
    }
    positional.begin(into, values, missing, count, !attributes.isEmpty());
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      positional.attribute(into, new Utf8(attribute.getKey()), new Utf8(attribute.getValue()));
    }
    positional.end(into);
  }

  private static Utf8 text(JsonNode value) {
    if (value.isNumber()) {
      return MappedFeatures.text(value.numberValue());
    }
    return new Utf8(value.isNull() ? "" : value.asText());
  }

  private void fit(int count) {
    if (numbers.length < count) {
      numbers = new float[count];
      missing = new boolean[count];
    }
  }
}
