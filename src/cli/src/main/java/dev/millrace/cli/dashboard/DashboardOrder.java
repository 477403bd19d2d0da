package dev.millrace.cli.dashboard;

import java.util.Comparator;
import java.util.Locale;

/**
 * Order of the list of keys: those with several outputs before their outputs, and a key without the
 * figure last.
 */
enum DashboardOrder {
  LOSS(Comparator.comparing((DashboardRecord r) -> last(r.rank())).reversed()),
  BASELINE(Comparator.comparing((DashboardRecord r) -> first(r.columns().gain(r.values())))),
  EXAMPLES(Comparator.comparingLong(DashboardRecord::examples).reversed()),
  NAME(Comparator.comparing((DashboardRecord r) -> r.key().toLowerCase(Locale.ROOT)));

  private final Comparator<DashboardRecord> comparator;

  DashboardOrder(Comparator<DashboardRecord> comparator) {
    this.comparator =
        Comparator.comparing((DashboardRecord r) -> !r.task().hasOutputs())
            .thenComparing(comparator)
            .thenComparing(DashboardRecord::key);
  }

  /** Returns the order of a name in lower case; the worst first for unknown names. */
  static DashboardOrder of(String name) {
    for (DashboardOrder order : values()) {
      if (order.id().equals(name)) {
        return order;
      }
    }
    return LOSS;
  }

  /** Returns the name of the order in requests. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  Comparator<DashboardRecord> comparator() {
    return comparator;
  }

  private static double last(double value) {
    return Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value;
  }

  private static float first(float value) {
    return Float.isNaN(value) ? Float.POSITIVE_INFINITY : value;
  }
}
