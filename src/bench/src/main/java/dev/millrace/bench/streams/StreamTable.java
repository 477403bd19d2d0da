package dev.millrace.bench.streams;

import dev.millrace.nn.spec.AutoSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Results of all learners on one stream. */
final class StreamTable {
  /** A share of one point in accuracy counts as much as this share of the error of values. */
  static final double POINT = 0.01;

  static final double POINT_OF_ERROR = 0.03;

  private final BenchStream stream;
  private final int rows;
  private final boolean isOfClasses;
  private final Map<String, List<Result>> byLearner = new LinkedHashMap<>();

  StreamTable(BenchStream stream, int rows, boolean isOfClasses) {
    this.stream = stream;
    this.rows = rows;
    this.isOfClasses = isOfClasses;
  }

  void add(Result result) {
    byLearner.computeIfAbsent(result.run().learner(), name -> new ArrayList<>()).add(result);
  }

  BenchStream stream() {
    return stream;
  }

  int rows() {
    return rows;
  }

  boolean isOfClasses() {
    return isOfClasses;
  }

  List<Result> results(String learner) {
    return byLearner.getOrDefault(learner, List.of());
  }

  /** Returns the learners in the order of the page: tiers, peers, baselines. */
  List<String> learners() {
    return List.copyOf(byLearner.keySet());
  }

  /** Returns all learners that are no tiers. */
  List<String> others() {
    return learners().stream().filter(name -> !isTier(name)).toList();
  }

  static boolean isTier(String learner) {
    for (AutoSpec.Tier tier : AutoSpec.Tier.values()) {
      if (tier.id().equals(learner)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the mean over the seeds; NaN if there is no result. */
  double mean(String learner, ToDoubleFunction<Result> score) {
    return results(learner).stream().mapToDouble(score).average().orElse(Double.NaN);
  }

  double score(String learner) {
    return mean(learner, Result::score);
  }

  /** Returns the learner with the best mean among some. */
  String best(List<String> among, ToDoubleFunction<Result> score) {
    String best = among.get(0);
    for (String learner : among) {
      double lead = mean(learner, score) - mean(best, score);
      if (isOfClasses ? lead > 0 : lead < 0) {
        best = learner;
      }
    }
    return best;
  }

  /**
   * Returns how many points a learner is ahead of another: hundredths of accuracy, or each 3 % of
   * the other's error.
   */
  double lead(String learner, String other, ToDoubleFunction<Result> score) {
    double ownScore = mean(learner, score);
    double otherScore = mean(other, score);
    return isOfClasses
        ? (ownScore - otherScore) / POINT
        : otherScore == 0
            ? (ownScore == 0 ? 0 : -1 / POINT_OF_ERROR)
            : (otherScore - ownScore) / otherScore / POINT_OF_ERROR;
  }

  /** Returns Kappa-M: the share of the majority class's errors that a learner avoids. */
  double kappaM(String learner) {
    double errors = 1 - score(Baseline.MAJORITY.id);
    return errors == 0 ? 0 : 1 - (1 - score(learner)) / errors;
  }

  /** Returns the learners that all tables have, in their order. */
  static List<String> common(List<StreamTable> tables) {
    Set<String> common = new LinkedHashSet<>();
    for (StreamTable table : tables) {
      if (common.isEmpty()) {
        common.addAll(table.learners());
      }
      common.retainAll(table.learners());
    }
    return List.copyOf(common);
  }
}
