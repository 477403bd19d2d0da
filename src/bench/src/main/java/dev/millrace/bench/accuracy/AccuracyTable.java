package dev.millrace.bench.accuracy;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.evaluate.FinalMetrics;
import dev.millrace.cli.evaluate.Finite;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.report.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The results of {@code bench accuracy}, as Markdown or JSON. */
record AccuracyTable(List<AutoSpec.Tier> tiers, int seeds, List<Row> rows) {

  private static final String[] MOA = {"HoeffdingTree", "HoeffdingAdaptiveTree", "ARF-10", "kNN"};

  /**
   * Results on one data set.
   *
   * @param cells one for each tier
   * @param peers other learners with both scores
   */
  record Row(AccuracyData data, long rows, List<Cell> cells, List<AccuracyData.Peer> peers) {
    private FinalMetrics.Totals first() {
      return cells.get(0).runs().get(0).totals();
    }
  }

  /**
   * Results of one tier on one data set.
   *
   * @param runs one for each seed
   * @param rate records per second of the fastest run: the others compiled, or shared the processor
   */
  record Cell(AccuracyData.Score score, List<AccuracyData.Run> runs, double rate) {
    double[] scores() {
      return scores(score);
    }

    double[] scores(AccuracyData.Score other) {
      return runs.stream().mapToDouble(other::of).toArray();
    }

    double[] losses() {
      return scores(AccuracyData.Score.LOG_LOSS);
    }

    private static double mean(double[] values) {
      return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** Returns the sample standard deviation, NaN of a single value. */
    private static double deviation(double[] values) {
      double mean = mean(values);
      double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
      return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    }
  }

  /** Returns Markdown tables: scores with published ones, and two scores with those of peers. */
  List<String> lines() {
    List<String> lines = scoreLines();
    List<Row> compared = rows.stream().filter(row -> row.data().also() != null).toList();
    if (!compared.isEmpty()) {
      lines.add("");
      lines.addAll(peerLines(compared));
    }
    return lines;
  }

  private List<String> peerLines(List<Row> compared) {
    List<String> lines = new ArrayList<>();
    addHeader(lines, "data | scores", "no features | peers");
    for (Row row : compared) {
      AccuracyData data = row.data();
      AccuracyData.Score also = Objects.requireNonNull(data.also());
      List<String> cells = new ArrayList<>();
      cells.add(data.name());
      cells.add(data.score().id() + " / " + also.id());
      row.cells()
          .forEach(
              cell ->
                  cells.add(shown(cell.scores(), false) + " / " + shown(cell.scores(also), false)));
      boolean isLoss = data.score() == AccuracyData.Score.LOG_LOSS;
      FinalMetrics.Totals first = row.first();
      cells.add(shown(isLoss ? first.get(Score.LOG_LOSS_BASELINE) : first.secondBaseline(), false));
      cells.add(
          row.peers().stream()
              .map(peer -> "%s %.4f / %.4f".formatted(peer.by(), peer.score(), peer.also()))
              .collect(joining(", ")));
      lines.add("| " + String.join(" | ", cells) + " |");
    }
    return lines;
  }

  private List<String> scoreLines() {
    List<String> lines = new ArrayList<>();
    addHeader(
        lines,
        "data | rows | score",
        "best published | MOA HT / HAT / ARF-10 / kNN | no change | log-loss, `"
            + tiers.get(lossTier()).id()
            + "` / class frequencies");
    rows.forEach(row -> lines.add(line(row)));
    return lines;
  }

  private void addHeader(List<String> lines, String before, String after) {
    String names = tiers.stream().map(tier -> "`auto: " + tier.id() + "` | ").collect(joining());
    String header = "| " + before + " | " + names + after + " |";
    lines.add(header);
    lines.add(header.replaceAll("[^|]+", "---"));
  }

  /** Returns the tier whose log-loss is shown: the default, or the first. */
  private int lossTier() {
    return Math.max(0, tiers.indexOf(AutoSpec.Tier.BALANCED));
  }

  private String line(Row row) {
    AccuracyData data = row.data();
    boolean mae = data.score() == AccuracyData.Score.MAE;
    List<String> cells = new ArrayList<>();
    cells.add(data.name());
    cells.add("%,d".formatted(row.rows()));
    cells.add(data.score().id());
    for (Cell cell : row.cells()) {
      cells.add(shown(cell.scores(), mae));
    }
    cells.add(
        Double.isNaN(data.published())
            ? ""
            : shown(data.published(), mae) + " " + data.publishedBy());
    cells.add(String.join(" / ", data.moa().stream().map(s -> "%.3f".formatted(s)).toList()));
    cells.add(data.score().isOfNoChange() ? shown(row.first().firstBaseline(), mae) : "");
    cells.add(
        mae
            ? ""
            : shown(row.cells().get(lossTier()).losses(), false)
                + " / "
                + shown(row.first().get(Score.LOG_LOSS_BASELINE), false));
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String shown(double[] bySeed, boolean mae) {
    double deviation = Cell.deviation(bySeed);
    String spread = Double.isNaN(deviation) ? "" : " ± " + shown(deviation, mae);
    return shown(Cell.mean(bySeed), mae) + spread;
  }

  private static String shown(double value, boolean mae) {
    return (mae ? "%.2f" : "%.4f").formatted(value);
  }

  /** Returns the scores of all seeds, and the tables as text. */
  Measurement result() {
    Measurement result = new Measurement().put("seeds", seeds);
    List<ObjectNode> data = rows.stream().map(this::json).toList();
    return result.put("data", data).print("%s", String.join(System.lineSeparator(), lines()));
  }

  private ObjectNode json(Row row) {
    AccuracyData data = row.data();
    ObjectNode one = new ObjectMapper().createObjectNode();
    one.put("name", data.name());
    one.put("rows", row.rows());
    one.put("score", data.score().id());
    for (int t = 0; t < tiers.size(); t++) {
      putCell(one.putObject(tiers.get(t).id()), data, row.cells().get(t));
    }
    put(one, "published", data.published());
    if (data.also() != null) {
      one.put("also", data.also().id());
    }
    for (AccuracyData.Peer peer : row.peers()) {
      ObjectNode scores = one.withObject("/peers").putObject(peer.by());
      put(scores, "score", peer.score());
      put(scores, "also", peer.also());
    }
    for (int m = 0; m < data.moa().size(); m++) {
      one.withObject("/moa").put(MOA[m], data.moa().get(m));
    }
    boolean mae = data.score() == AccuracyData.Score.MAE;
    put(one, "no_change", data.score().isOfNoChange() ? row.first().firstBaseline() : Double.NaN);
    put(one, "log_loss_baseline", row.first().get(Score.LOG_LOSS_BASELINE));
    put(one, "mae_of_mean", mae ? row.first().secondBaseline() : Double.NaN);
    return one;
  }

  private static void putCell(ObjectNode tier, AccuracyData data, Cell cell) {
    put(tier, "mean", Cell.mean(cell.scores()));
    put(tier, "sd", Cell.deviation(cell.scores()));
    put(tier, "records_per_s", cell.rate());
    tier.putPOJO("scores", cell.scores());
    put(tier, "log_loss", Cell.mean(cell.losses()));
    put(tier, "log_loss_sd", Cell.deviation(cell.losses()));
    for (Score score : List.of(Score.MEAN_PREDICTED, Score.OBSERVED_SHARE)) {
      put(tier, score.field(), cell.runs().get(0).totals().get(score));
    }
    if (data.also() != null) {
      put(tier, "also_mean", Cell.mean(cell.scores(data.also())));
      put(tier, "also_sd", Cell.deviation(cell.scores(data.also())));
    }
  }

  private static void put(ObjectNode json, String name, double value) {
    json.put(name, Finite.orNull(value));
  }
}
