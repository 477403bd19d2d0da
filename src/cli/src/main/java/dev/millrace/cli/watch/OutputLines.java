package dev.millrace.cli.watch;

import dev.millrace.cli.console.Figures;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.data.Printable;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Formats the scores of several outputs below the row of their key. */
final class OutputLines {
  private static final int MAX_SHOWN = 10;
  private static final int MAX_NAME = 20;

  private OutputLines() {}

  /** Returns the scores of all outputs together in the window, then a line for each output. */
  static List<String> of(MetricsRecord record) {
    List<String> lines = new ArrayList<>();
    ScoreBlock window = record.window().scores();
    if (!Double.isNaN(window.get(Score.EXACT_MATCH))) {
      lines.add("acc: all labels of an example are right; f1: micro average");
      lines.add(
          "macro f1 %s, jaccard %s, hamming loss %s"
              .formatted(
                  score(window, Score.SET_MACRO_F1),
                  score(window, Score.JACCARD),
                  score(window, Score.HAMMING_LOSS)));
    }
    List<String> losers = new ArrayList<>();
    int number = 0;
    for (Map.Entry<String, MetricsRecord.Output> output : record.outputs().entrySet()) {
      MetricsRecord.Block block = output.getValue().window();
      String name = Printable.line(output.getKey(), MAX_NAME);
      if (number++ < MAX_SHOWN) {
        lines.add(name + ": " + scores(block));
      }
      if (Boolean.FALSE.equals(block.scores().betterThanBaseline())) {
        losers.add(name);
      }
    }
    if (number > MAX_SHOWN) {
      lines.add("and %d more outputs; one of them: --key KEY@OUTPUT".formatted(number - MAX_SHOWN));
    }
    if (!losers.isEmpty()) {
      lines.add("worse than a baseline: " + String.join(", ", losers));
    }
    return lines;
  }

  private static String scores(MetricsRecord.Block block) {
    ScoreBlock window = block.scores();
    return window.has(Score.MAE)
        ? "mae %s (mean %s), rmse %s, r2 %s"
            .formatted(
                score(window, Score.MAE),
                Figures.brief(block.maeBaseline()),
                score(window, Score.RMSE),
                score(window, Score.R2))
        : "acc %s, f1 %s, log-loss %s (class freq. %s)"
            .formatted(
                score(window, Score.ACCURACY),
                score(window, Score.F1),
                score(window, Score.LOG_LOSS),
                score(window, Score.LOG_LOSS_BASELINE));
  }

  private static String score(ScoreBlock window, Score score) {
    return Figures.brief(window.get(score));
  }
}
