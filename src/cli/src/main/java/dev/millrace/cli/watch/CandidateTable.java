package dev.millrace.cli.watch;

import dev.millrace.cli.console.Figures;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.codec.json.MetricsRecord.Model;
import dev.millrace.data.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Formats champion and challengers of a key as text. */
final class CandidateTable {
  private static final Comparator<Model> MIN_LOSS_FIRST =
      Comparator.comparingDouble(
          model -> Double.isNaN(loss(model)) ? Double.MAX_VALUE : loss(model));

  private CandidateTable() {}

  /** Returns one text per model, the champion first; none if the key has only one model. */
  static List<String> of(MetricsRecord record) {
    List<Model> challengers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    String score = record.is(Task.REGRESSION) ? "mae" : "log-loss";
    for (Model model : record.models()) {
      if (model.isChampion()) {
        texts.add("%s answers, %s %s;".formatted(model.name(), score, Figures.brief(loss(model))));
      } else {
        challengers.add(model);
      }
    }
    challengers.sort(MIN_LOSS_FIRST);
    for (int i = 0; i < challengers.size(); i++) {
      texts.add(challenger(challengers.get(i)) + (i + 1 < challengers.size() ? "," : ""));
    }
    return texts;
  }

  private static String challenger(Model model) {
    double lead = model.lead();
    String lower = lead > 0 ? " (lower for %s)".formatted(Figures.grouped(lead)) : "";
    return model.name() + " " + Figures.brief(loss(model)) + lower;
  }

  /** Returns the log-loss of classes, the mean absolute error of values. */
  private static double loss(Model model) {
    return Double.isNaN(model.mae()) ? model.logLoss() : model.mae();
  }
}
