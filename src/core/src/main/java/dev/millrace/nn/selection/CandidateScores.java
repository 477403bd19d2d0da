package dev.millrace.nn.selection;

import dev.millrace.nn.FloatCount;
import dev.millrace.nn.OnlineModel;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent.ChampionChanged;
import dev.millrace.report.ModelEvent.Reason;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models of a selection, which of them is champion, and since when. Not thread-safe. */
final class CandidateScores {

  final Candidate[] candidates;
  private final PromotionRule rule;
  private int champion;
  // Examples of the key so far, and when the champion became that.
  private long examples;
  private long since;
  private double heaviest;
  // The last change until it is reported.
  private @Nullable ChampionChanged change;

  CandidateScores(Candidate[] candidates, PromotionRule rule, String champion) {
    this.candidates = candidates;
    this.rule = rule;
    this.champion = index(champion);
  }

  /** Returns the index of a name, or -1. */
  int index(String name) {
    for (int i = 0; i < candidates.length; i++) {
      if (candidates[i].name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the index of the champion. */
  int champion() {
    return champion;
  }

  /** Returns the model that answers. */
  OnlineModel championModel() {
    return candidates[champion].model;
  }

  long examples() {
    return examples;
  }

  /**
   * Returns a number that stays while a model learns, and is another one after it was started
   * again: the examples of the key that it has not learned.
   */
  float start(Candidate one) {
    return FloatCount.of(examples - one.model.examples());
  }

  /** Sets the number of examples so far. */
  void startAt(long examplesBefore) {
    examples = examplesBefore;
  }

  /** Returns the index of the challenger of the lowest decayed loss. */
  int bestChallenger() {
    return PromotionRule.best(candidates, champion);
  }

  /** Returns the champion's decayed mean loss; NaN before the first example. */
  double championsLoss() {
    return candidates[champion].decayedLoss.loss();
  }

  /** Updates the scores by an example, and promotes a challenger if the rule says so. */
  void update(SelectionScratch predictions, float weight, double limit) {
    examples++;
    heaviest = rule.heaviest(heaviest, weight);
    double share = heaviest > 0 ? weight / heaviest : 0;
    rule.compare(candidates, champion, predictions, weight, share, limit);
    int winner = rule.winner(candidates, champion);
    if (winner >= 0) {
      promote(winner, Reason.BETTER);
    }
  }

  /** Makes another model champion. */
  void promote(int index, Reason reason) {
    String before = candidates[champion].name();
    double loss = championsLoss();
    double pValue = PromotionRule.pValue(candidates, candidates[index]);
    champion = index;
    record(
        new ChampionChanged(
            before, candidates[index].name(), reason, loss, championsLoss(), pValue));
  }

  /** Records that the stored champion was removed from the settings. */
  private void replace(String removed, double loss) {
    String name = candidates[champion].name();
    record(new ChampionChanged(removed, name, Reason.REMOVED, loss, championsLoss(), Double.NaN));
  }

  private void record(ChampionChanged newChange) {
    change = newChange;
    since = examples;
    for (Candidate one : candidates) {
      one.test.restart();
    }
  }

  /** Returns the change that was not reported yet, once; null if there is none. */
  @Nullable ChampionChanged pollChange() {
    ChampionChanged unreported = change;
    change = null;
    return unreported;
  }

  List<MetricsReport.CandidateReport> report(boolean isOfClasses) {
    List<MetricsReport.CandidateReport> all = new ArrayList<>();
    for (int i = 0; i < candidates.length; i++) {
      Candidate one = candidates[i];
      all.add(
          new MetricsReport.CandidateReport(
              one.name(),
              i == champion ? since : -1,
              one.model.examples(),
              one.decayedLoss.loss(),
              isOfClasses ? one.decayedLoss.accuracy() : Double.NaN,
              one.test.lead(),
              i == champion ? Double.NaN : PromotionRule.pValue(candidates, one)));
    }
    return all;
  }

  CandidateScores copy() {
    Candidate[] copies = new Candidate[candidates.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = candidates[i].copy();
    }
    CandidateScores copy = new CandidateScores(copies, rule, candidates[champion].name());
    copy.examples = examples;
    copy.since = since;
    copy.heaviest = heaviest;
    copy.change = change;
    return copy;
  }

  /** Writes the models and their scores. */
  void write(DataOutput out) throws IOException {
    out.writeUTF(candidates[champion].name());
    out.writeInt(candidates.length);
    for (Candidate one : candidates) {
      one.write(out);
    }
    out.writeDouble(heaviest);
    out.writeLong(since);
    out.writeLong(examples);
  }

  /**
   * Reads what follows the models.
   *
   * @param removed the stored champion if it was removed from the settings, else null
   */
  void readRest(DataInput in, Candidate.@Nullable Stored removed) throws IOException {
    heaviest = in.readDouble();
    since = in.readLong();
    examples = in.readLong();
    if (removed != null) {
      replace(removed.name(), removed.decayedLoss().loss());
    }
  }
}
