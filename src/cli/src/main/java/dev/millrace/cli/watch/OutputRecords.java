package dev.millrace.cli.watch;

import dev.millrace.codec.json.MetricsRecord;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells records of a model key from those of one of its several outputs, which are of no key of
 * their own: in a pipeline with a record of several outputs, all others are of one of them. Not
 * thread-safe.
 */
public final class OutputRecords {
  private final Set<String> pipelines = new HashSet<>();

  /**
   * Returns true if a record is of one of several outputs, as this record or an earlier one of its
   * pipeline shows.
   */
  public boolean isOfOneOutput(MetricsRecord record) {
    if (record.isOfSeveralOutputs()) {
      pipelines.add(record.pipeline());
      return false;
    }
    return pipelines.contains(record.pipeline());
  }
}
