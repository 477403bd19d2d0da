package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;

/** What is said of examples that a model cannot learn, and where they go. */
final class Refusals {
  /** Why an example is refused. */
  record Refusal(DeadLetterReason reason, String message) {}

  private final String topic;
  private final long mostModelBytes;
  private final DeadLetters letters;
  // Null if labels come with their features.
  private final LateExamples late;

  /**
   * @param late null if labels come with their features
   */
  Refusals(TrainSpec spec, StateSpec state, DeadLetters letters, LateExamples late) {
    this.topic = spec.topic();
    this.mostModelBytes = state.modelBytes();
    this.letters = letters;
    this.late = late;
  }

  /** Refuses an example of another number of features than its model has. */
  void forWidth(PrequentialModel model, Chunk chunk, int row, SideOutputs out) {
    refuse(
        chunk,
        row,
        DeadLetterReason.WRONG_FEATURE_COUNT,
        "the record has %d features; the model of this key has %d inputs"
            .formatted(chunk.width(), model.learner().inputs()),
        out);
  }

  /** Refuses a label of a key whose number of features nobody knows. */
  void forShape(Chunk chunk, int row, SideOutputs out) {
    refuse(
        chunk,
        row,
        DeadLetterReason.LABEL_WITHOUT_FEATURES,
        "the label came before any features of its key, so that nobody knows how many there are;"
            + " where input.features declares them such a label waits",
        out);
  }

  /**
   * Refuses an example whose model would be too large.
   *
   * @param bytes of the model with it
   */
  void forSize(Chunk chunk, int row, long bytes, SideOutputs out) {
    Refusal refusal = ofSize(bytes, mostModelBytes);
    refuse(chunk, row, refusal.reason(), refusal.message(), out);
  }

  private static Refusal ofSize(long bytes, long mostModelBytes) {
    return new Refusal(
        DeadLetterReason.MODEL_TOO_LARGE,
        "with this record the model of this key would take %d bytes; limits.model-bytes is %d"
            .formatted(bytes, mostModelBytes));
  }

  /**
   * Why a model may not learn a class that it does not know yet; null if it may.
   *
   * @param mostModelBytes of a key's model
   */
  static Refusal ofClass(
      TrainSpec spec, long mostModelBytes, PrequentialModel model, String label) {
    int known = model.classes().size();
    if (label.chars().anyMatch(Character::isISOControl)) {
      return new Refusal(
          DeadLetterReason.INVALID_LABEL,
          "the label has a control character, and would name class %d of this key"
              .formatted(known + 1));
    }
    if (known >= spec.mostClasses(model.task())) {
      String whatAllows =
          spec.isBinary(model.task())
              ? "input.task is binary: " + String.join(", ", model.classes().list())
              : "limits.classes";
      return new Refusal(
          DeadLetterReason.TOO_MANY_CLASSES,
          "the label \"%s\" would be class %d of this key; %d are allowed (%s)"
              .formatted(label, known + 1, known, whatAllows));
    }
    int namesBytes = model.classes().bytes() + ClassNames.bytes(label);
    int mostNamesBytes = spec.input().limits().classNamesBytes();
    if (namesBytes > mostNamesBytes) {
      return new Refusal(
          DeadLetterReason.TOO_MANY_CLASSES,
          "with the label \"%s\" this key's %d class names would have %d bytes; %d are allowed"
              .formatted(label, known + 1, namesBytes, mostNamesBytes));
    }
    long bytes = spec.modelBytesWithClass(model);
    return bytes > mostModelBytes ? ofSize(bytes, mostModelBytes) : null;
  }

  /** Refuses the record behind a row. */
  void refuse(Chunk chunk, int row, DeadLetterReason reason, String message, SideOutputs out) {
    KafkaRecord record = late == null ? chunk.record(row, topic) : late.record(chunk, row);
    out.output(Outputs.DEAD_LETTERS, letters.record(new DeadLetter(record, reason, message, null)));
  }
}
