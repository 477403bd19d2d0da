package dev.millrace.bench;

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
  private static final long MIN_ROWS_FOR_RATE = 10_000;

  private static final String[] MOA = {"HoeffdingTree", "HoeffdingAdaptiveTree", "ARF-10", "kNN"};

  /**
   * One data set.
   *
   * @param baseline accuracy of the previous label; mean absolute error of the previous value
   * @param cells one a tier
   */
  record Row(AccuracyData data, long rows, double baseline, List<Cell> cells) {}

  /**
   * One tier on one data set.
   *
   * @param scores by seed, as losses and rates
   * @param losses log-loss, NaN for values
   * @param rates records per second
   * @param reliability of the first seed
   */
  record Cell(double[] scores, double[] losses, double[] rates, Reliability reliability) {
    double mean() {
      return mean(scores);
    }

    double deviation() {
      return deviation(scores);
    }

    private static double mean(double[] values) {
      return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** Sample standard deviation, NaN of a single one. */
    private static double deviation(double[] values) {
      double mean = mean(values);
      double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
      return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    }

    /** The fastest run: the others compiled, or shared the processor. */
    double rate() {
      return Arrays.stream(rates).max().orElse(Double.NaN);
    }
  }

  /** Two Markdown tables: scores beside those of others, and losses beside knowing nothing. */
  List<String> lines() {
    List<String> lines = scoreLines();
    List<Row> ofClasses =
        rows.stream().filter(row -> row.data().score() != AccuracyData.Score.MAE).toList();
    if (!ofClasses.isEmpty()) {
      lines.add("");
      lines.addAll(lossLines(ofClasses));
    }
    return lines;
  }

  private List<String> lossLines(List<Row> ofClasses) {
    List<String> lines = new ArrayList<>();
    StringBuilder header = new StringBuilder("| log-loss | class frequencies |");
    StringBuilder rule = new StringBuilder("|---|---|");
    for (AutoSpec.Tier tier : tiers) {
      header.append(" `auto: ").append(tier.id()).append("` |");
      rule.append("---|");
    }
    lines.add(header + " positive class: predicted, observed |");
    lines.add(rule + "---|");
    for (Row row : ofClasses) {
      List<String> cells = new ArrayList<>();
      cells.add(row.data().name());
      Reliability first = row.cells().get(0).reliability();
      cells.add(shown(first.baselineLoss(), false));
      row.cells().forEach(cell -> cells.add(shown(cell.losses(), false)));
      Reliability last = row.cells().get(row.cells().size() - 1).reliability();
      cells.add(
          Double.isNaN(last.observedShare())
              ? ""
              : shown(last.meanPredicted(), false) + ", " + shown(last.observedShare(), false));
      lines.add("| " + String.join(" | ", cells) + " |");
    }
    return lines;
  }

  private List<String> scoreLines() {
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
      cells.add(shown(cell.scores(), mae));
    }
    cells.add(
        Double.isNaN(data.published())
            ? ""
            : shown(data.published(), mae) + " " + data.publishedBy());
    cells.add(
        String.join(
            " / ", data.moa().stream().map(s -> String.format(Locale.ROOT, "%.3f", s)).toList()));
    cells.add(data.score().isOfNoChange() ? shown(row.baseline(), mae) : "");
    cells.add(
        row.rows() < MIN_ROWS_FOR_RATE
            ? ""
            : String.join(
                " / ",
                row.cells().stream()
                    .map(cell -> String.format(Locale.ROOT, "%,.0f", cell.rate()))
                    .toList()));
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String shown(double[] bySeed, boolean mae) {
    double deviation = Cell.deviation(bySeed);
    String spread = Double.isNaN(deviation) ? "" : " ± " + shown(deviation, mae);
    return shown(Cell.mean(bySeed), mae) + spread;
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
        put(tier, "log_loss", Cell.mean(cell.losses()));
        put(tier, "log_loss_sd", Cell.deviation(cell.losses()));
        put(tier, cell.reliability());
      }
      put(one, "published", data.published());
      for (int m = 0; m < data.moa().size(); m++) {
        one.withObject("/moa").put(MOA[m], data.moa().get(m));
      }
      put(one, "no_change", data.score().isOfNoChange() ? row.baseline() : Double.NaN);
      boolean mae = data.score() == AccuracyData.Score.MAE;
      put(
          one,
          mae ? "mae_of_mean" : "log_loss_of_class_frequencies",
          row.cells().get(0).reliability().baselineLoss());
    }
    return json.toString();
  }

  private static void put(ObjectNode tier, Reliability reliability) {
    if (Double.isNaN(reliability.observedShare())) {
      return;
    }
    ObjectNode calibration = tier.putObject("calibration");
    put(calibration, "mean_predicted", reliability.meanPredicted());
    put(calibration, "observed_share", reliability.observedShare());
    ArrayNode bins = calibration.putArray("bins");
    for (Reliability.Bin bin : reliability.bins()) {
      ObjectNode one = bins.addObject();
      one.put("count", bin.count());
      put(one, "predicted", bin.predicted());
      put(one, "observed", bin.observed());
    }
  }

  private static void put(ObjectNode json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    } else {
      json.putNull(name);
    }
  }
}
