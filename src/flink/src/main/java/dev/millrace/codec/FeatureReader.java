package dev.millrace.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.fields.AvroFields;
import dev.millrace.codec.fields.CarriedReader;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.codec.fields.FieldsParser;
import dev.millrace.codec.fields.JsonFields;
import dev.millrace.codec.fields.MappedFeatures;
import dev.millrace.codec.fields.RecordFields;
import dev.millrace.codec.fields.RequestFields;
import dev.millrace.codec.text.EventTime;
import dev.millrace.codec.text.FieldText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.input.InputSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Reads features without label, with the code that decodes the pipeline's records. Not thread-safe.
 */
public final class FeatureReader {
  private final StandardFeatures positional;
  // Null if no feature is declared.
  private final @Nullable MappedFeatures named;
  private final CarriedReader carried;
  private final List<String> slots;
  private final String @Nullable [] timePath;
  private final RequestFields fields = new RequestFields();
  private float[] numbers = new float[16];
  private boolean[] missing = new boolean[16];

  public FeatureReader(InputSpec spec) {
    positional = new StandardFeatures(spec);
    FieldsParser records =
        spec.format() == InputSpec.Format.AVRO
            ? new AvroFields(ExampleSchema.of(spec))
            : new JsonFields(spec);
    named = spec.hasFeatures() ? new MappedFeatures(spec, records) : null;
    carried = new CarriedReader(spec);
    slots = spec.slotNames();
    timePath = spec.eventTime() == null ? null : new String[] {spec.eventTime()};
  }

  /**
   * Reads the declared features by name; others are ignored. A name with dots is a field of that
   * name, or else a path into nested objects. Derived features may be among them, by their names;
   * the event time of the others is that of the request, or now.
   *
   * @param into receives the features
   * @throws RejectedException if a feature is missing or invalid, or none is declared
   */
  public void readNamed(JsonNode features, Example into) throws RejectedException {
    if (named == null) {
      throw new RejectedException(
          DeadLetterReason.INVALID_FEATURE,
          "the pipeline declares no input.features, so numbers have no names: send them as an array"
              + " in the order of the records, and texts as \"attributes\"");
    }
    RecordFields request = fields.of(features);
    into.eventTime = slots.isEmpty() ? 0 : eventTime(request);
    named.read(request, into);
    carried.read(request, into);
    for (int i = 0; i < slots.size(); i++) {
      JsonNode given = features.path(slots.get(i));
      if (given.isNumber()) {
        float value = (float) given.doubleValue();
        into.features[into.width - slots.size() + i] = Float.isFinite(value) ? value : Float.NaN;
      }
    }
  }

  private long eventTime(RecordFields request) throws RejectedException {
    String[] path = timePath;
    Object time = path == null ? null : request.at(path);
    if (path != null && time instanceof Number number) {
      return EventTime.of(path[0], number.doubleValue(), null);
    } else if (path != null && time instanceof CharSequence text) {
      return EventTime.of(path[0], text.toString());
    }
    return System.currentTimeMillis();
  }

  /**
   * Reads numbers by position, as in the standard schema.
   *
   * @param features an array of numbers, booleans, and nulls for missing values
   * @param attributes an object of texts by name, null if there are none
   * @throws RejectedException if a feature is missing or invalid
   */
  public void readPositional(JsonNode features, @Nullable JsonNode attributes, Example into)
      throws RejectedException {
    into.eventTime = slots.isEmpty() ? 0 : System.currentTimeMillis();
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
        throw new RejectedException(
            DeadLetterReason.INVALID_FEATURE, "feature " + i + " is " + number + ", not a number");
      }
    }
    boolean hasAttributes = attributes != null && !attributes.isEmpty();
    positional.begin(into, numbers, missing, count, hasAttributes);
    if (attributes != null) {
      for (Map.Entry<String, JsonNode> attribute : attributes.properties()) {
        positional.attribute(into, new Utf8(attribute.getKey()), text(attribute.getValue()));
      }
    }
    positional.end(into);
  }

  /**
   * Reads numbers by position from a row of a table.
   *
   * @param values the numbers; the first {@code count} are read
   * @param missingAt positions of missing values
   * @param attributes texts by name, empty for missing values
   */
  public void readPositional(
      float[] values, int count, int[] missingAt, Map<String, String> attributes, Example into)
      throws RejectedException {
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
      return FieldText.of(value.numberValue());
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
