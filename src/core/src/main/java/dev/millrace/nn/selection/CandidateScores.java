package dev.millrace.nn.selection;

import dev.millrace.data.MetricsReport;
import dev.millrace.data.ModelEvent.ChampionChanged;
import dev.millrace.data.ModelEvent.Reason;
import dev.millrace.nn.OnlineModel;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The models of a selection, who is champion, and since when. Not thread-safe. */
final class CandidateScores {

  final Candidate[] contenders;
  private final PromotionRule referee;
  private int champion;
  // Examples of the key so far, and when the champion became that.
  private long examples;
  private long since;
  private double heaviest;
  // Null but between a change and its being told of.
  private ChampionChanged change;

  CandidateScores(Candidate[] contenders, PromotionRule referee, String champion) {
    this.contenders = contenders;
    this.referee = referee;
    this.champion = index(champion);
  }

  /** The place of a name, or -1. */
  int index(String name) {
    for (int i = 0; i < contenders.length; i++) {
      if (contenders[i].name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The place of the champion. */
  int champion() {
    return champion;
  }

  /** The model that answers. */
  OnlineModel answering() {
    return contenders[champion].model;
  }

  long examples() {
    return examples;
  }

  /** Takes over how many examples there have been. */
  void startAt(long examplesBefore) {
    examples = examplesBefore;
  }

  /** The place of the challenger that did best of late. */
  int bestChallenger() {
    return PromotionRule.best(contenders, champion);
  }

  /** What the champion's mean error is at the moment; NaN before the first example. */
  double championsLoss() {
    return contenders[champion].standing.loss();
  }

  /**
   * Takes what all models said about an example, and crowns another champion if the rule says so.
   */
  void take(SelectionScratch said, float weight, double limit) {
    examples++;
    heaviest = referee.heaviest(heaviest, weight);
    double share = heaviest > 0 ? weight / heaviest : 0;
    referee.compare(contenders, champion, said, weight, share, limit);
    int winner = referee.winner(contenders, champion);
    if (winner >= 0) {
      crown(winner, Reason.BETTER);
    }
  }

  /** Makes another model champion. */
  void crown(int place, Reason reason) {
    String before = contenders[champion].name();
    double loss = championsLoss();
    double pValue = PromotionRule.pValue(contenders, contenders[place]);
    champion = place;
    begin(
        new ChampionChanged(
            before, contenders[place].name(), reason, loss, championsLoss(), pValue));
  }

  /** Goes on without a champion that is not among the models any more. */
  private void replace(String gone, double loss) {
    String name = contenders[champion].name();
    begin(new ChampionChanged(gone, name, Reason.REMOVED, loss, championsLoss(), Double.NaN));
  }

  private void begin(ChampionChanged news) {
    change = news;
    since = examples;
    for (Candidate one : contenders) {
      one.duel.restart();
    }
  }

  ChampionChanged takeChange() {
    ChampionChanged taken = change;
    change = null;
    return taken;
  }

  List<MetricsReport.CandidateReport> report(boolean isOfClasses) {
    List<MetricsReport.CandidateReport> all = new ArrayList<>();
    for (int i = 0; i < contenders.length; i++) {
      Candidate one = contenders[i];
      all.add(
          new MetricsReport.CandidateReport(
              one.name(),
              i == champion ? since : -1,
              one.model.examples(),
              one.standing.loss(),
              isOfClasses ? one.standing.accuracy() : Double.NaN,
              one.duel.lead(),
              i == champion ? Double.NaN : PromotionRule.pValue(contenders, one)));
    }
    return all;
  }

  CandidateScores copy() {
    Candidate[] copies = new Candidate[contenders.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = contenders[i].copy();
    }
    CandidateScores copy = new CandidateScores(copies, referee, contenders[champion].name());
    copy.examples = examples;
    copy.since = since;
    copy.heaviest = heaviest;
    copy.change = change;
    return copy;
  }

  /** Writes the models and what is known of them. */
  void write(DataOutput out) throws IOException {
    out.writeUTF(contenders[champion].name());
    out.writeInt(contenders.length);
    for (Candidate one : contenders) {
      one.write(out);
    }
    out.writeDouble(heaviest);
    out.writeLong(since);
  }

  /**
   * Reads what stands behind the models.
   *
   * @param gone the stored champion if it is not among the models any more, else null
   */
  void readRest(DataInput in, Candidate.Stored gone) throws IOException {
    heaviest = in.readDouble();
    since = in.readLong();
    examples = in.readLong();
    if (gone != null) {
      replace(gone.name(), gone.standing().loss());
    }
  }
}
