package dev.millrace.nn;

/** Features of some records. */
@FunctionalInterface
public interface FeatureRecords {

  /** Returns a feature of a record, NaN if it is missing. */
  float value(int record, int column);
}
