package dev.millrace.codec;

import dev.millrace.codec.fields.FieldFeatures;
import dev.millrace.codec.fields.RecordFields;
import dev.millrace.codec.text.FieldText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.input.InputSpec;
import java.util.List;
import org.apache.avro.util.Utf8;

/**
 * Reads all numbers in their order and all texts as hashed attributes, as in records of the
 * standard example schema, if no feature is declared. Not thread-safe.
 */
final class UndeclaredFeatures implements FieldFeatures {
  private final StandardFeatures features;
  private final String[][] numberPaths;
  private final String[][] textPaths;
  private final Utf8[] textNames;
  private final float[] numbers;
  private final boolean[] isMissing;

  UndeclaredFeatures(InputSpec spec, List<String> numberFields, List<String> textFields) {
    features = new StandardFeatures(spec);
    numberPaths = numberFields.stream().map(name -> new String[] {name}).toArray(String[][]::new);
    textPaths = textFields.stream().map(name -> new String[] {name}).toArray(String[][]::new);
    textNames = textFields.stream().map(Utf8::new).toArray(Utf8[]::new);
    numbers = new float[numberPaths.length];
    isMissing = new boolean[numberPaths.length];
  }

  @Override
  public boolean hasAny(RecordFields fields) {
    return true; // none is required
  }

  @Override
  public void read(RecordFields fields, Example into) throws RejectedException {
    for (int i = 0; i < numbers.length; i++) {
      Object value = fields.feature(i, numberPaths[i]);
      isMissing[i] = value == null;
      numbers[i] = value == null ? Float.NaN : number(numberPaths[i][0], value);
    }
    // As many features for each example: the block of attributes is there if any may come.
    features.begin(into, numbers, isMissing, numbers.length, textPaths.length > 0);
    for (int i = 0; i < textPaths.length; i++) {
      Object value = fields.feature(numberPaths.length + i, textPaths[i]);
      if (value != null) {
        features.attribute(into, textNames[i], FieldText.of(value));
      }
    }
    features.end(into);
  }

  private static float number(String name, Object value) throws RejectedException {
    if (value instanceof Number number) {
      return (float) number.doubleValue();
    }
    if (value instanceof Boolean bool) {
      return bool ? 1f : 0f;
    }
    throw new RejectedException(
        DeadLetterReason.INVALID_FEATURE, name + " is " + value + ", not a number");
  }
}
