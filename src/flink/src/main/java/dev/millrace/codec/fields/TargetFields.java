package dev.millrace.codec.fields;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.TextCache;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.input.TargetSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the labels of several targets, each from a field of its own, into the text of {@link
 * OutputLabels}. A record has a label if it has that of one target. Not thread-safe.
 */
final class TargetFields implements RecordLabel {
  private final LabelField[] fields;
  private final String names;
  private final @Nullable Label[] labels;
  private final Example one = new Example();
  private boolean hasAny;

  TargetFields(List<TargetSpec> targets, boolean hasPaths, TextCache texts) {
    fields =
        targets.stream().map(target -> field(target, hasPaths, texts)).toArray(LabelField[]::new);
    names = targets.stream().map(TargetSpec::name).collect(Collectors.joining(", "));
    labels = new Label[fields.length];
  }

  private static LabelField field(TargetSpec target, boolean hasPaths, TextCache texts) {
    return new LabelField(
        RecordFields.path(target.name(), hasPaths), new LabelReader(target, texts), true);
  }

  @Override
  public boolean find(RecordFields record) {
    hasAny = false;
    for (LabelField field : fields) {
      hasAny |= field.find(record);
    }
    return hasAny;
  }

  @Override
  public void read(RecordFields record, Example into) throws RejectedException {
    if (!hasAny) {
      throw new RejectedException(
          DeadLetterReason.MISSING_LABEL, "the record has none of the targets " + names);
    }
    for (int i = 0; i < fields.length; i++) {
      labels[i] = null;
      if (fields[i].isFound()) {
        one.label = null;
        fields[i].read(record, one);
        labels[i] = one.label == null ? Label.of(one.target) : Label.of(one.label);
      }
    }
    into.label = OutputLabels.ofTargets(Arrays.asList(labels));
  }
}
