package dev.millrace.cli.csv;

/** Part of a row that becomes a record. */
public enum RowPart {
  ALL,
  /** Everything but the label. */
  FEATURES,
  LABEL
}
