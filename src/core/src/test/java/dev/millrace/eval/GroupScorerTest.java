package dev.millrace.eval;

import static dev.millrace.eval.MetricsFixtures.bytes;
import static dev.millrace.eval.MetricsFixtures.context;
import static dev.millrace.eval.MetricsFixtures.json;
import static dev.millrace.eval.MetricsFixtures.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.GroupScores;
import dev.millrace.report.Score;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Scores within groups of examples, alone and in the window of a classifier. */
class GroupScorerTest {
  private static final long SEED = 20_261_129;
  private static final int AT = 3;
  private static final List<String> CLASSES = List.of("no", "yes");

  private record Shown(long group, float score, boolean isPositive, double weight) {}

  @Test
  void countEachGroupByItsExamplesForTheAucAndOnceForItsRanks() {
    // AUC of the groups: 0.575, 0.5 and 0.5, of weights 9, 3 and 4.
    // NDCG, with d(rank) = 1 / log2(rank + 1): d(2) / 2 + d(3) / 2 over d(1) + d(2) + d(3); d(2)
    // over d(1); a quarter of d(1) + d(2) + d(3) over d(1).
    float[][] scores = {{.9f, .8f, .8f, .3f, .1f, .1f}, {.2f, .7f, .4f}, {.5f, .5f, .5f, .5f}};
    int[][] truth = {{0, 1, 0, 1, 0, 1}, {0, 0, 1}, {1, 0, 0, 0}};
    int[][] weights = {{1, 2, 1, 1, 3, 1}, {1, 1, 1}, {1, 1, 1, 1}};
    GroupScorer scorer = new GroupScorer(AT, 13);
    for (int g = 0; g < scores.length; g++) {
      for (int i = 0; i < scores[g].length; i++) {
        scorer.add(g + 7, scores[g][i], truth[g][i] == 1, weights[g][i]);
      }
    }

    GroupScores groups = scorer.compute();

    assertThat(groups.count()).isEqualTo(3);
    assertThat(groups.examples()).isEqualTo(13);
    assertThat(groups.auc()).isCloseTo(0.5421875, within(1e-12));
    assertThat(groups.ndcg()).isCloseTo(0.47634094298431456, within(1e-12));
    // A hit is certain in the first and the second group; 3 of 4 equal ones hold the positive.
    assertThat(groups.hitRate()).isCloseTo((1 + 1 + 0.75) / 3, within(1e-12));
  }

  @Test
  void areThoseOfTheDefinitionOnRandomGroups() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int run = 0; run < 200; run++) {
      int at = 1 + random.nextInt(6);
      List<Shown> examples = new ArrayList<>();
      GroupScorer scorer = new GroupScorer(at, 60);
      for (int i = 0; i < 60; i++) {
        Shown one =
            new Shown(
                (1L + random.nextInt(12)) << 40, // the low half of all is equal
                random.nextInt(-4, 5) / 4f, // with ties, and zeros of both signs
                random.nextInt(3) == 0,
                new double[] {0.5, 1, 2}[random.nextInt(3)]);
        examples.add(one);
        scorer.add(one.group(), -0f + one.score(), one.isPositive(), one.weight());
      }

      GroupScores actual = scorer.compute();

      GroupScores expected = byDefinition(examples, at);
      assertThat(actual.count()).as("run %d", run).isEqualTo(expected.count());
      assertThat(actual.examples()).isEqualTo(expected.examples());
      assertThat(actual.auc()).isCloseTo(expected.auc(), within(1e-12));
      assertThat(actual.hitRate()).isCloseTo(expected.hitRate(), within(1e-12));
      assertThat(actual.ndcg()).isCloseTo(expected.ndcg(), within(1e-12));
    }
  }

  /**
   * All pairs for the AUC; for the ranks the mean over the rotations of each run of equal scores.
   */
  private static GroupScores byDefinition(List<Shown> examples, int at) {
    Map<Long, List<Shown>> groups = new LinkedHashMap<>();
    examples.forEach(e -> groups.computeIfAbsent(e.group(), g -> new ArrayList<>()).add(e));
    groups.values().removeIf(all -> all.stream().map(Shown::isPositive).distinct().count() < 2);
    double auc = 0;
    double weight = 0;
    double hits = 0;
    double gains = 0;
    int size = 0;
    for (List<Shown> group : groups.values()) {
      double won = 0;
      double pairs = 0;
      double ofGroup = 0;
      double gain = 0;
      double ideal = 0;
      double noHit = 1;
      int positives = 0;
      for (Shown one : group) {
        long above = group.stream().filter(other -> other.score() > one.score()).count();
        long equal = group.stream().filter(other -> other.score() == one.score()).count();
        ofGroup += one.weight();
        if (!one.isPositive()) {
          continue;
        }
        for (long rank = above; rank < Math.min(at, above + equal); rank++) {
          gain += Math.log(2) / Math.log(rank + 2.0) / equal;
        }
        if (positives < at) {
          ideal += Math.log(2) / Math.log(positives + 2.0);
        }
        positives++;
        for (Shown other : group) {
          if (!other.isPositive()) {
            double product = one.weight() * other.weight();
            pairs += product;
            won += product * (Math.signum(one.score() - other.score()) + 1) / 2;
          }
        }
      }
      for (double score : group.stream().mapToDouble(Shown::score).distinct().toArray()) {
        int above = (int) group.stream().filter(e -> e.score() > score).count();
        int equal = (int) group.stream().filter(e -> e.score() == score).count();
        int relevant =
            (int) group.stream().filter(e -> e.score() == score && e.isPositive()).count();
        int drawn = Math.max(0, Math.min(equal, at - above));
        noHit *= choose(equal - relevant, drawn) / choose(equal, drawn);
      }
      auc += ofGroup * won / pairs;
      weight += ofGroup;
      hits += 1 - noHit;
      gains += gain / ideal;
      size += group.size();
    }
    int count = groups.size();
    return new GroupScores(at, count, size, auc / weight, hits / count, gains / count);
  }

  private static double choose(int of, int drawn) {
    if (drawn > of) {
      return 0;
    }
    double ways = 1;
    for (int d = 0; d < drawn; d++) {
      ways *= (double) (of - d) / (d + 1);
    }
    return ways;
  }

  @Test
  void existOnlyIfAGroupHasBothClasses() {
    GroupScorer none = new GroupScorer(AT, 10);
    none.add(1, 0.5f, true, 1); // of one class
    none.add(1, 0.6f, true, 1);
    none.add(2, 0.5f, false, 1);
    none.add(3, 0.5f, true, 1);
    none.add(3, 0.5f, false, 0); // without weight
    none.add(4, 0.5f, true, 1);
    none.add(4, Float.NaN, false, 1); // without score
    none.add(0, 0.5f, true, 1); // without group
    none.add(0, 0.5f, false, 1);

    for (GroupScores scores : List.of(none.compute(), new GroupScorer(AT, 0).compute())) {
      assertThat(scores.count()).isZero();
      assertThat(scores.examples()).isZero();
      assertThat(scores.auc()).isNaN();
      assertThat(scores.hitRate()).isNaN();
      assertThat(scores.ndcg()).isNaN();
    }
  }

  @Test
  void theWindowHasTheScoresOfItsExamplesAloneAndContinuesFromAnyExample() throws IOException {
    int examples = 60;
    MetricsSpec spec = MetricsFixtures.fullSpec(16).with(to -> to.rankAt = AT);
    JsonNode expected = json(after(spec, examples).report(context(CLASSES)));
    assertThat(expected.at("/scores/groups/count").asInt()).isBetween(1, 5);
    byte[] expectedBytes = bytes(after(spec, examples));

    for (int cut = 0; cut < examples; cut++) {
      ClassificationMetrics metrics = after(spec, cut);
      metrics = (ClassificationMetrics) read(bytes(metrics), spec).copy();
      SplittableRandom random = new SplittableRandom(SEED);
      for (int i = 0; i < examples; i++) {
        add(i < cut ? new ClassificationMetrics(spec) : metrics, random, i);
      }
      assertThat(bytes(metrics)).as("cut at %d", cut).isEqualTo(expectedBytes);
      assertThat(json(metrics.report(context(CLASSES)))).as("cut at %d", cut).isEqualTo(expected);
    }
  }

  @Test
  void groupsStartEmptyWhenTheyAreTurnedOnAndLeaveOtherScoresAsTheyAre() throws IOException {
    MetricsSpec off = MetricsFixtures.fullSpec(16);
    MetricsSpec on = off.with(to -> to.rankAt = AT);
    ClassificationMetrics without = after(off, 40);

    ClassificationMetrics turnedOn = (ClassificationMetrics) read(bytes(without), on);
    ClassificationMetrics turnedOff = (ClassificationMetrics) read(bytes(after(on, 40)), off);

    assertThat(groups(turnedOn).count()).isZero();
    assertThat(scores(turnedOn).window()).isEqualTo(scores(without).window());
    assertThat(scores(turnedOff).groups()).isNull();
    assertThat(bytes(turnedOff)).isEqualTo(bytes(without));
  }

  @Test
  void anErasedGroupIsInNoScoreOfGroupsAndInAllOthers() throws IOException {
    MetricsSpec spec = MetricsFixtures.fullSpec(50).with(to -> to.rankAt = AT);
    ClassificationMetrics metrics = after(spec, 40);
    int before = groups(metrics).count();
    ClassificationMetrics without = metrics.copy();
    for (long group = 0; group < 20; group++) {
      without.eraseGroup(group);
    }

    assertThat(before).isPositive();
    assertThat(groups(without).count()).isZero();
    assertThat(scores(without).window()).isEqualTo(scores(metrics).window());
    assertThat(groups(metrics).count()).isEqualTo(before);
    assertThat(groups((ClassificationMetrics) read(bytes(without), spec)).count()).isZero();
  }

  @Test
  void moreThanTwoClassesHaveNoScoresOfGroups() {
    MetricsSpec spec = MetricsFixtures.spec(50).with(to -> to.rankAt = AT);
    ClassificationMetrics metrics = new ClassificationMetrics(spec);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 40; i++) {
      MetricsFixtures.addGrowing(metrics, random, i);
    }

    ClassificationScores scores =
        (ClassificationScores) metrics.report(context(List.of("a", "b", "c", "d", "e"))).scores();

    assertThat(scores.groups()).isNull();
    assertThat(scores.window().get(Score.AUC_ROC)).isNotNaN();
  }

  @Test
  void aFullWindowAddsExamplesWithoutAllocation() {
    MetricsSpec spec = MetricsFixtures.spec(100).with(to -> to.rankAt = AT);
    ClassificationMetrics metrics = new ClassificationMetrics(spec);
    metrics.nameClasses(CLASSES);
    ScoredClass example = new ScoredClass();
    float[] scores = {0.25f, 0.75f};
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = 0;
    for (int i = 0; i < 20_000; i++) {
      if (i == 10_000) {
        before = threads.getThreadAllocatedBytes(thread);
      }
      example.set(scores, 0, 2, true, i & 1);
      example.group = 1L + i % 7;
      metrics.update(example, 1, 0);
    }
    // A byte an example; reading the counter itself allocates a little.
    assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(10_000);
    assertThat(groups(metrics).count()).isEqualTo(7);
  }

  private static ClassificationMetrics after(MetricsSpec spec, int examples) {
    ClassificationMetrics metrics = new ClassificationMetrics(spec);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < examples; i++) {
      add(metrics, random, i);
    }
    return metrics;
  }

  private static void add(ClassificationMetrics metrics, SplittableRandom random, int time) {
    metrics.nameClasses(CLASSES);
    float p = random.nextInt(20) / 20f;
    ScoredClass example = new ScoredClass();
    example.set(new float[] {1 - p, p}, 0, 2, true, random.nextDouble() < p ? 1 : 0);
    example.loss = random.nextDouble();
    example.group = random.nextInt(6); // 0 is none
    metrics.update(example, 1 + random.nextInt(2), time + random.nextInt(20));
  }

  private static ClassificationScores scores(ClassificationMetrics metrics) {
    return (ClassificationScores) metrics.report(context(CLASSES)).scores();
  }

  private static GroupScores groups(ClassificationMetrics metrics) {
    return scores(metrics).groups();
  }
}
