package dev.millrace.flink;

import dev.millrace.data.Example;
import dev.millrace.data.Printable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what decoded records have that no model sees: values of one-hot features that are not
 * listed, ids beyond the max of their feature, and fields that nothing reads. Logs the first of
 * each. Not thread-safe.
 */
final class Omissions {
  private static final Logger LOG = LoggerFactory.getLogger(Omissions.class);
  // Producers choose the names of fields.
  private static final int MAX_LOGGED = 20;
  private static final int MAX_CHARACTERS = 60;

  private final Counter unlistedValues;
  private final Counter cutFeatures;
  private final Counter ignoredFields;
  private final Set<String> loggedFeatures = new HashSet<>();
  private final Set<String> loggedCuts = new HashSet<>();
  private final Set<String> loggedFields = new HashSet<>();

  Omissions(MetricGroup group) {
    unlistedValues = JobMetric.UNLISTED_VALUES.counter(group);
    cutFeatures = JobMetric.CUT_FEATURES.counter(group);
    ignoredFields = JobMetric.IGNORED_FIELDS.counter(group);
  }

  /** Counts those of an example that was just decoded. */
  void count(Example example) {
    List<String> unlisted = example.unlistedFeatures;
    unlistedValues.inc(unlisted.size());
    for (int i = 0; i < unlisted.size(); i++) {
      if (loggedFeatures.add(unlisted.get(i))) {
        LOG.warn(
            "Feature {}: the value {} is not among its values, so it counts as none of them. Add"
                + " it, or take type: hash. More of this feature are counted, not logged.",
            unlisted.get(i),
            Printable.line(example.unlistedValues.get(i).toString(), MAX_CHARACTERS));
      }
    }
    List<String> cut = example.cutFeatures;
    cutFeatures.inc(cut.size());
    for (int i = 0; i < cut.size(); i++) {
      if (loggedCuts.add(cut.get(i))) {
        LOG.warn(
            "Feature {}: a record has more ids than its max, so only the first are used. Increase"
                + " max of the feature. More records are counted, not logged.",
            cut.get(i));
      }
    }
    List<String> ignored = example.ignoredFields;
    ignoredFields.inc(ignored.size());
    for (int i = 0; i < ignored.size() && loggedFields.size() < MAX_LOGGED; i++) {
      if (loggedFields.add(ignored.get(i))) {
        LOG.info(
            "Field {}: nothing of the pipeline reads it.",
            Printable.line(ignored.get(i), MAX_CHARACTERS));
      }
    }
  }
}
