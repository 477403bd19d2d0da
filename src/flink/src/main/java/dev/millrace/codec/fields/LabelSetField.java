package dev.millrace.codec.fields;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.text.FieldText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the set of labels in a field: an array, or a text of several names. Not thread-safe. */
final class LabelSetField implements RecordLabel {
  private final String[] path;
  private final LabelSetReader sets;
  private @Nullable Object label;

  LabelSetField(String[] path, LabelSetReader sets) {
    this.path = path;
    this.sets = sets;
  }

  @Override
  public boolean find(RecordFields fields) {
    label = fields.at(path);
    return label != null;
  }

  @Override
  public void read(RecordFields fields, Example into) throws RejectedException {
    Object found = label;
    if (found == null) {
      throw LabelReader.missing();
    } else if (found instanceof CharSequence) {
      sets.text(into, FieldText.of(found, "label", DeadLetterReason.INVALID_LABEL));
      return;
    }
    Collection<?> items =
        found instanceof Number || found instanceof Boolean ? List.of(found) : items(found);
    if (items == null) {
      throw new RejectedException(
          DeadLetterReason.INVALID_LABEL,
          "the label is neither an array nor a text, but " + LabelField.kind(found));
    }
    sets.begin();
    for (Object item : items) {
      if (item != null) {
        add(item);
      }
    }
    sets.end(into);
  }

  private void add(Object item) throws RejectedException {
    if (!IdValues.isName(item)) {
      throw new RejectedException(
          DeadLetterReason.INVALID_LABEL,
          "the label is an array with " + IdValues.kind(item) + ", not of texts or numbers");
    }
    if (item instanceof Number number) {
      sets.addNumber(number);
    } else {
      sets.addText(FieldText.of(item, "label", DeadLetterReason.INVALID_LABEL));
    }
  }

  /** Returns the items of an array, null if the value is none. */
  private static @Nullable Collection<?> items(Object value) {
    if (value instanceof Collection<?> collection) {
      return collection;
    }
    List<@Nullable Object> items = new ArrayList<>();
    if (value instanceof JsonNode array && array.isArray()) {
      array.forEach(item -> items.add(JsonFields.value(item)));
      return items;
    }
    if (!value.getClass().isArray() || value instanceof byte[]) {
      return null;
    }
    for (int i = 0; i < Array.getLength(value); i++) {
      items.add(Array.get(value, i));
    }
    return items;
  }
}
