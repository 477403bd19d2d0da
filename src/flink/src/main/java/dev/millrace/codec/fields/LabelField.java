package dev.millrace.codec.fields;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.text.AcceptedTexts;
import dev.millrace.codec.text.FieldText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Objects;
import org.apache.avro.generic.GenericFixed;
import org.jspecify.annotations.Nullable;

/** Reads the one label in a field. Not thread-safe. */
final class LabelField implements RecordLabel {
  private final String[] path;
  private final LabelReader labels;
  private final boolean mayBeEmpty;
  private final AcceptedTexts accepted = new AcceptedTexts();
  private @Nullable Object label;

  /**
   * @param mayBeEmpty true if an empty text is a missing label, rather than a wrong one
   */
  LabelField(String[] path, LabelReader labels, boolean mayBeEmpty) {
    this.path = path;
    this.labels = labels;
    this.mayBeEmpty = mayBeEmpty;
  }

  @Override
  public boolean find(RecordFields fields) {
    label = fields.at(path);
    return isFound();
  }

  /** Returns true if the last record had a label. */
  boolean isFound() {
    return label != null && !(mayBeEmpty && label instanceof CharSequence text && text.isEmpty());
  }

  @Override
  public void read(RecordFields fields, Example into) throws RejectedException {
    Object found = label;
    if (found == null) {
      throw LabelReader.missing();
    } else if (labels.areNumbers() && found instanceof CharSequence) {
      throw labels.invalid("is the text \"" + found + "\", not a number" + fields.remedy(found));
    } else if (found instanceof Number number) {
      labels.number(into, number);
    } else if (found instanceof Boolean || found instanceof CharSequence) {
      String known = found instanceof String text ? accepted.find(text) : null;
      if (known == null) {
        labels.text(into, FieldText.of(found, "label", DeadLetterReason.INVALID_LABEL));
        accepted.add(Objects.requireNonNull(into.label));
      } else {
        into.label = known;
      }
    } else {
      throw labels.invalid("is neither a number nor a text, but " + kind(found));
    }
  }

  /** Returns a value that is no text or number in words. */
  static String kind(Object value) {
    if (value instanceof Collection || (value instanceof JsonNode node && node.isArray())) {
      return "an array";
    }
    return value instanceof ByteBuffer || value instanceof GenericFixed ? "bytes" : "an object";
  }
}
