package dev.millrace.data;

/** Parts of an example that a record has. State has their ordinals: new kinds come last. */
@PublicApi
public enum RecordKind {
  /** Features and label, learned at once. */
  EXAMPLE(true, true),
  /** Features whose label comes later. */
  FEATURES(true, false),
  /** The label of features that came before, or are still to come. */
  LABEL(false, true),
  /** None: a command for the key's models. */
  COMMAND(false, false),
  /** Deletion of a row of a table. It is counted, and nothing else. */
  DELETION(false, false);

  private static final RecordKind[] KINDS = values();

  /** The highest ordinal. */
  static final int LAST = KINDS.length - 1;

  private final boolean hasFeatures;
  private final boolean hasLabel;

  RecordKind(boolean hasFeatures, boolean hasLabel) {
    this.hasFeatures = hasFeatures;
    this.hasLabel = hasLabel;
  }

  /** Returns the kind of an ordinal, without a copy of all kinds. */
  static RecordKind of(int ordinal) {
    return KINDS[ordinal];
  }

  public boolean hasFeatures() {
    return hasFeatures;
  }

  public boolean hasLabel() {
    return hasLabel;
  }
}
