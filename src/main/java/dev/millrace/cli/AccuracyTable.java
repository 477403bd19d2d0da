package dev.millrace.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.nn.AutoSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The results of {@code bench accuracy}, as Markdown or JSON. */
record AccuracyTable(List<AutoSpec.Tier> tiers, int seeds, List<Row> rows) {

  /** In small runs the start of the job would be most of the time. */
  private static final long FEWEST_ROWS_FOR_RATE = 10_000;

  private static final String[] MOA = {"HoeffdingTree", "HoeffdingAdaptiveTree", "ARF-10", "kNN"};

  /**
   * One data set.
   *
   * @param baseline accuracy of the previous label; mean absolute error of the previous value
   * @param cells one a tier
   */
  record Row(AccuracyData data, long rows, double baseline, List<Cell> cells) {}

  /** One tier on one data set: scores and records per second, by seed. */
  record Cell(double[] scores, double[] rates) {
    double mean() {
      return Arrays.stream(scores).average().orElse(Double.NaN);
    }

    /** Sample standard deviation, NaN of a single one. */
    double deviation() {
      double mean = mean();
      double squares = Arrays.stream(scores).map(score -> (score - mean) * (score - mean)).sum();
      return scores.length < 2 ? Double.NaN : Math.sqrt(squares / (scores.length - 1));
    }

    /** The fastest run: the others compiled, or shared the processor. */
    double rate() {
      return Arrays.stream(rates).max().orElse(Double.NaN);
    }
  }

  /** A Markdown table. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    StringBuilder header = new StringBuilder("| data | rows | score |");
    StringBuilder rule = new StringBuilder("|---|---|---|");
    for (AutoSpec.Tier tier : tiers) {
      header.append(" `auto: ").append(tier.id()).append("` |");
      rule.append("---|");
    }
    header.append(" best published | MOA HT / HAT / ARF-10 / kNN | no change | records/s |");
    rule.append("---|---|---|---|");
    lines.add(header.toString());
    lines.add(rule.toString());
    rows.forEach(row -> lines.add(line(row)));
    return lines;
  }

  private static String line(Row row) {
    AccuracyData data = row.data();
    boolean mae = data.score() == AccuracyData.Score.MAE;
    List<String> cells = new ArrayList<>();
    cells.add(data.name());
    cells.add(String.format(Locale.ROOT, "%,d", row.rows()));
    cells.add(data.score().id());
    for (Cell cell : row.cells()) {
      String spread = Double.isNaN(cell.deviation()) ? "" : " ± " + shown(cell.deviation(), mae);
      cells.add(shown(cell.mean(), mae) + spread);
    }
    cells.add(
        Double.isNaN(data.published())
            ? ""
            : shown(data.published(), mae) + " " + data.publishedBy());
    cells.add(
        String.join(
            " / ", data.moa().stream().map(s -> String.format(Locale.ROOT, "%.3f", s)).toList()));
    boolean comparable = data.score() != AccuracyData.Score.F1;
    cells.add(comparable ? shown(row.baseline(), mae) : "");
    cells.add(
        row.rows() < FEWEST_ROWS_FOR_RATE
            ? ""
            : String.join(
                " / ",
                row.cells().stream()
                    .map(cell -> String.format(Locale.ROOT, "%,.0f", cell.rate()))
                    .toList()));
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String shown(double value, boolean mae) {
    return String.format(Locale.ROOT, mae ? "%.2f" : "%.4f", value);
  }

  /** One line. */
  String toJson() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("seeds", seeds);
    ArrayNode all = json.putArray("data");
    for (Row row : rows) {
      AccuracyData data = row.data();
      ObjectNode one = all.addObject();
      one.put("name", data.name());
      one.put("rows", row.rows());
      one.put("score", data.score().id());
      for (int t = 0; t < tiers.size(); t++) {
        Cell cell = row.cells().get(t);
        ObjectNode tier = one.putObject(tiers.get(t).id());
        tier.put("mean", cell.mean());
        put(tier, "sd", cell.deviation());
        put(tier, "records_per_s", cell.rate());
        ArrayNode scores = tier.putArray("scores");
        Arrays.stream(cell.scores()).forEach(scores::add);
      }
      put(one, "published", data.published());
      for (int m = 0; m < data.moa().size(); m++) {
        one.withObject("/moa").put(MOA[m], data.moa().get(m));
      }
      put(one, "no_change", data.score() == AccuracyData.Score.F1 ? Double.NaN : row.baseline());
    }
    return json.toString();
  }

  private static void put(ObjectNode json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    } else {
      json.putNull(name);
    }
  }
}
