package dev.millrace.data;

/** What a record has of an example. State holds the place of one here: new ones come last. */
public enum RecordKind {
  /** Features and label: what a model learns from at once. */
  EXAMPLE(true, true),
  /** Features whose label comes later. */
  FEATURES(true, false),
  /** The label of features that came before, or are still to come. */
  LABEL(false, true),
  /** Nothing: it tells what to do with the key's models. */
  COMMAND(false, false);

  private static final RecordKind[] KINDS = values();

  /** The highest ordinal. */
  static final int LAST = KINDS.length - 1;

  private final boolean hasFeatures;
  private final boolean hasLabel;

  RecordKind(boolean hasFeatures, boolean hasLabel) {
    this.hasFeatures = hasFeatures;
    this.hasLabel = hasLabel;
  }

  /** The kind at a place of the declaration, without a copy of all. */
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
