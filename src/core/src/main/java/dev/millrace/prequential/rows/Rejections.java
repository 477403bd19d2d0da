package dev.millrace.prequential.rows;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecordKind;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.nn.auto.Models;
import dev.millrace.prequential.key.ClassNames;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.labels.Arrivals;
import dev.millrace.prequential.spec.TrainSpec;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Makes dead letters of examples that a model cannot learn, with the reason. */
public final class Rejections {
  /** Why an example is rejected. */
  public record Rejection(DeadLetterReason reason, String message) {}

  /** A label of a key whose number of features is not known. */
  public static final Rejection BEFORE_FEATURES =
      new Rejection(
          DeadLetterReason.LABEL_WITHOUT_FEATURES,
          "the label came before any features of its key, whose number is unknown;"
              + " with input.features declared, such a label waits");

  /** Max pass that a key may begin with, such as after it was erased. */
  private static final int MAX_FIRST_EPOCH = 1_000;

  /** Header with the id of an example that has no record. */
  private static final String ID_HEADER = "id";

  private final TrainSpec spec;
  private final long maxBytes;

  /**
   * @param maxBytes of all that a key keeps
   */
  public Rejections(TrainSpec spec, long maxBytes) {
    this.spec = spec;
    this.maxBytes = maxBytes;
  }

  /** Returns why a model cannot learn the rows of a chunk by their shape; null if it can. */
  @Nullable Rejection ofShape(PrequentialModel model, Chunk chunk) {
    if (chunk.width() != model.learner.inputs()) {
      return ofWidth(model, chunk);
    }
    if (chunk.isClassification() == model.task.isClassification()) {
      return null;
    }
    return new Rejection(
        DeadLetterReason.INVALID_LABEL,
        "the label is a %s; the model of this key learned %s"
            .formatted(
                chunk.isClassification() ? "class" : "number",
                model.task.isClassification() ? "classes" : "numbers"));
  }

  /** Returns the rejection of rows with another number of features than the model has. */
  public Rejection ofWidth(PrequentialModel model, Chunk chunk) {
    return ofWidth(chunk.width(), model.learner.inputs());
  }

  /** Returns the rejection of a record with another number of features than a model has. */
  public static Rejection ofWidth(int features, int inputs) {
    return new Rejection(
        DeadLetterReason.WRONG_FEATURE_COUNT,
        "the record has %d features; the model of this key has %d inputs"
            .formatted(features, inputs));
  }

  /**
   * Returns why records cannot be of their pass over a bounded data set; null if they can. One
   * record must not end many passes. A key that restarts may be in any pass, and records of an
   * earlier pass count in the current one, so no key is locked out by a record of a later pass.
   *
   * @param arrivals that know the pass that the key is in
   */
  public static @Nullable Rejection ofEpoch(Arrivals arrivals, Chunk chunk) {
    int current = arrivals.epoch();
    int epoch = chunk.epoch();
    if (epoch <= (current == 0 ? MAX_FIRST_EPOCH : current + 1)) {
      return null;
    }
    return new Rejection(
        DeadLetterReason.INVALID_EPOCH,
        current == 0
            ? "the record is of pass %d, but its key begins with pass %d or an earlier one"
                .formatted(epoch, MAX_FIRST_EPOCH)
            : "the record is of pass %d, but its key is in pass %d, which only pass %d may follow"
                .formatted(epoch, current, current + 1));
  }

  /**
   * Returns the rejection of an example whose model would be too large.
   *
   * @param bytes of the model with it
   */
  public Rejection ofSize(long bytes) {
    return new Rejection(
        DeadLetterReason.MODEL_TOO_LARGE,
        "with this record the model of this key would take %d bytes; limits.state-bytes is %d"
            .formatted(bytes, maxBytes));
  }

  /** Returns why a model may not learn a class that it does not know yet; null if it may. */
  public @Nullable Rejection ofClass(PrequentialModel model, String label) {
    int known = model.classes.size();
    if (label.chars().anyMatch(Character::isISOControl)) {
      return new Rejection(
          DeadLetterReason.INVALID_LABEL,
          "the label has a control character, and would name class %d of this key"
              .formatted(known + 1));
    }
    if (known >= spec.maxClasses(model.task)) {
      String whatAllows =
          spec.isBinary(model.task)
              ? "input.task is binary: " + String.join(", ", model.classes.list())
              : "limits.classes";
      return new Rejection(
          DeadLetterReason.TOO_MANY_CLASSES,
          "the label \"%s\" would be class %d of this key; %d are allowed (%s)"
              .formatted(label, known + 1, known, whatAllows));
    }
    int namesBytes = model.classes.bytes() + ClassNames.bytes(label);
    int maxNamesBytes = spec.input().limits().classNamesBytes();
    if (namesBytes > maxNamesBytes) {
      return new Rejection(
          DeadLetterReason.TOO_MANY_CLASSES,
          "with the label \"%s\" this key's %d class names would have %d bytes; %d are allowed"
              .formatted(label, known + 1, namesBytes, maxNamesBytes));
    }
    long bytes = Models.modelBytes(spec.model(), model.task, model.learner.inputs(), known + 1);
    return bytes > maxBytes ? ofSize(bytes) : null;
  }

  /** Returns the dead letter of the record behind a row. */
  public DeadLetter letter(Chunk chunk, int row, Rejection rejection) {
    KafkaRecord record =
        chunk.hasPlace(row) ? chunk.record(row, topic(chunk, row)) : withoutPlace(chunk, row);
    return new DeadLetter(record, rejection.reason(), rejection.message(), null);
  }

  /** Returns what identifies an example that has no record: its key, and its id in a header. */
  private static KafkaRecord withoutPlace(Chunk chunk, int row) {
    byte[] key = chunk.key().getBytes(StandardCharsets.UTF_8);
    String id = chunk.id(row);
    KafkaRecord none = KafkaRecord.none(chunk.timestamp(row), key, null);
    return id == null ? none : none.withHeader(ID_HEADER, id.getBytes(StandardCharsets.UTF_8));
  }

  private String topic(Chunk chunk, int row) {
    LateLabels labels = spec.input().labels();
    String topic = labels == null ? null : labels.topic();
    return topic != null && chunk.kind(row) == RecordKind.LABEL ? topic : spec.topic();
  }
}
