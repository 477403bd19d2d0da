package dev.millrace.bench.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.bench.streams.BenchStream.Part;
import dev.millrace.bench.streams.SyntheticStream.Column;
import dev.millrace.cli.console.CliError;
import dev.millrace.data.Task;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All streams of the comparison. The generated ones of the two parts have other seeds, and other
 * functions or sizes where their paper has several.
 */
final class StreamCatalogue {
  private static final String PUBLISHED_FILES = "/accuracy/datasets.yaml";
  private static final String FILES = "/streams/files.yaml";

  /** Distance of a stream's seeds from one sample of rows to the next. */
  private static final long ROW_SEED_DISTANCE = 1_000;

  /** Distance of the seeds of Agrawal's functions, which draw their rows by seeds of their own. */
  private static final long AGRAWAL_SEED_DISTANCE = 1_000_000;

  private final List<BenchStream> streams = new ArrayList<>();

  private StreamCatalogue() {}

  /** Returns all streams, development first. */
  static List<BenchStream> all() {
    StreamCatalogue catalogue = new StreamCatalogue();
    catalogue.addFiles(PUBLISHED_FILES, Part.DEVELOPMENT);
    catalogue.addDevelopment();
    catalogue.addFiles(FILES, Part.REPORT);
    catalogue.addShiftingClasses();
    catalogue.addAgrawal();
    catalogue.addTreesAndClouds();
    catalogue.addDigitsAndWaves();
    catalogue.addTails();
    catalogue.addValues();
    return List.copyOf(catalogue.streams);
  }

  /**
   * Returns the streams of a part.
   *
   * @param only names to leave the others out; empty for all
   * @throws CliError if a name is unknown
   */
  static List<BenchStream> chosen(@Nullable Part part, List<String> only) {
    List<BenchStream> ofPart =
        all().stream().filter(stream -> part == null || stream.part() == part).toList();
    List<String> names = ofPart.stream().map(BenchStream::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw CliError.usage(
            "Unknown stream --only \"%s\". Known streams: %s"
                .formatted(name, String.join(", ", names)));
      }
    }
    return ofPart.stream()
        .filter(stream -> only.isEmpty() || only.contains(stream.name()))
        .toList();
  }

  // Sets with declared inputs have ids, and are compared with other peers by bench accuracy.
  private void addFiles(String resource, Part part) {
    try (InputStream in = StreamCatalogue.class.getResourceAsStream(resource)) {
      for (JsonNode node : new YAMLMapper().readTree(Objects.requireNonNull(in))) {
        String file = node.path("file").asText();
        if (!node.has("input") && !file.startsWith("generated_")) {
          List<String> drop = new ArrayList<>();
          node.path("drop").forEach(column -> drop.add(column.asText()));
          String task = node.path("task").asText(null);
          streams.add(
              new BenchStream(
                  node.path("name").asText(),
                  part,
                  node.path("what").asText("public data, see [accuracy](accuracy.md)"),
                  new BenchStream.OfFile(
                      file,
                      node.path("label").asText(),
                      List.copyOf(drop),
                      task == null ? null : Task.valueOf(task.toUpperCase(Locale.ROOT)))));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void addDevelopment() {
    Part part = Part.DEVELOPMENT;
    for (int function : new int[] {1, 5, 9}) {
      addAgrawal(part, "agrawal_f" + function, Drift.NONE, 100 + function, function);
    }
    List<Column> mixed = mixedColumns();
    add(
        part,
        "dev_random_tree",
        "random tree, 5 numbers and 5 nominal columns",
        mixed,
        2,
        Drift.NONE,
        101,
        () -> List.of(new RandomTreeConcept(mixed, 2, 1001)));
    List<Column> ten = Column.numbers(10);
    add(
        part,
        "dev_rbf",
        "20 random clouds",
        ten,
        2,
        Drift.NONE,
        102,
        () -> List.of(new RandomRbfConcept(20, 10, 2, 0, 1002)));
    add(
        part,
        "dev_rbf_drift",
        "20 moving clouds",
        ten,
        2,
        Drift.INCREMENTAL,
        103,
        () -> List.of(new RandomRbfConcept(20, 10, 2, 0.0003, 1003)));
    add(
        part,
        "dev_hyperplane",
        "hyperplane that turns by 0.003",
        ten,
        2,
        Drift.INCREMENTAL,
        104,
        () -> List.of(ClassConcepts.hyperplane(10, 0.003, 1004)));
    add(
        part,
        "dev_sea",
        "SEA, two thresholds",
        Column.numbers(3),
        2,
        Drift.ABRUPT,
        105,
        () -> List.of(ClassConcepts.sea(7), ClassConcepts.sea(9.5)));
    add(
        part,
        "dev_led",
        "LED, 3 of 7 segments move",
        Column.nominal(24, 2),
        10,
        Drift.ABRUPT,
        106,
        () -> List.of(ClassConcepts.led(0), ClassConcepts.led(3)));
    add(
        part,
        "dev_sine",
        "SINE2 and its reverse",
        Column.numbers(2),
        2,
        Drift.ABRUPT,
        107,
        () -> List.of(ClassConcepts.sine(true, false), ClassConcepts.sine(true, true)));
    add(
        part,
        "dev_friedman",
        "Friedman's function, two orders of its columns",
        ten,
        0,
        Drift.ABRUPT,
        108,
        () ->
            List.of(ValueConcepts.friedman(4, 3, 2, 1, 0), ValueConcepts.friedman(9, 8, 7, 6, 5)));
    add(
        part,
        "dev_turning_plane",
        "height above a plane that turns by 0.003",
        ten,
        0,
        Drift.INCREMENTAL,
        109,
        () -> List.of(ValueConcepts.turningPlane(10, 0.003, 1009)));
  }

  private void addShiftingClasses() {
    for (Drift drift : List.of(Drift.ABRUPT, Drift.GRADUAL, Drift.RECURRING)) {
      String suffix = "_" + drift.name().toLowerCase(Locale.ROOT);
      add(
          Part.REPORT,
          "sea" + suffix,
          "SEA, four thresholds, 10 % noise",
          Column.numbers(3),
          2,
          drift,
          1,
          () -> {
            List<Concept> concepts = new ArrayList<>();
            for (double threshold : ClassConcepts.SEA_THRESHOLDS) {
              concepts.add(ClassConcepts.sea(threshold));
            }
            return concepts;
          });
      add(
          Part.REPORT,
          "stagger" + suffix,
          "STAGGER, three rules",
          Column.nominal(3, 3),
          2,
          drift,
          2,
          () ->
              List.of(
                  ClassConcepts.stagger(0), ClassConcepts.stagger(1), ClassConcepts.stagger(2)));
      add(
          Part.REPORT,
          "sine" + suffix,
          "SINE1 and its reverse",
          Column.numbers(2),
          2,
          drift,
          3,
          () -> List.of(ClassConcepts.sine(false, false), ClassConcepts.sine(false, true)));
      if (drift != Drift.RECURRING) {
        add(
            Part.REPORT,
            "mixed" + suffix,
            "MIXED and its reverse",
            mixedConceptColumns(),
            2,
            drift,
            4,
            () -> List.of(ClassConcepts.mixed(false), ClassConcepts.mixed(true)));
      }
    }
  }

  private void addAgrawal() {
    for (int function : new int[] {2, 3, 4, 6, 7, 8, 10}) {
      addAgrawal(Part.REPORT, "agrawal_f" + function, Drift.NONE, 10 + function, function);
    }
    addAgrawal(Part.REPORT, "agrawal_abrupt", Drift.ABRUPT, 21, 2, 4, 7, 10);
    addAgrawal(Part.REPORT, "agrawal_gradual", Drift.GRADUAL, 22, 3, 6, 8);
    addAgrawal(Part.REPORT, "agrawal_recurring", Drift.RECURRING, 23, 2, 7);
  }

  private void addTreesAndClouds() {
    Part part = Part.REPORT;
    List<Column> ten = Column.numbers(10);
    List<Column> nominal = Column.nominal(10, 5);
    List<Column> mixed = mixedColumns();
    add(
        part,
        "random_tree_numeric",
        "random tree, 10 numbers",
        ten,
        2,
        Drift.NONE,
        31,
        () -> List.of(new RandomTreeConcept(ten, 2, 31)));
    add(
        part,
        "random_tree_nominal",
        "random tree, 10 nominal columns of 5 values",
        nominal,
        2,
        Drift.NONE,
        32,
        () -> List.of(new RandomTreeConcept(nominal, 2, 32)));
    add(
        part,
        "random_tree_mixed",
        "random tree, 5 numbers and 5 nominal columns",
        mixed,
        2,
        Drift.NONE,
        33,
        () -> List.of(new RandomTreeConcept(mixed, 2, 33)));
    add(
        part,
        "random_tree_recurring",
        "two random trees in turn",
        mixed,
        2,
        Drift.RECURRING,
        34,
        () -> List.of(new RandomTreeConcept(mixed, 2, 34), new RandomTreeConcept(mixed, 2, 35)));
    add(
        part,
        "rbf",
        "50 random clouds",
        ten,
        2,
        Drift.NONE,
        36,
        () -> List.of(new RandomRbfConcept(50, 10, 2, 0, 36)));
    add(
        part,
        "rbf_five_classes",
        "50 random clouds",
        ten,
        5,
        Drift.NONE,
        37,
        () -> List.of(new RandomRbfConcept(50, 10, 5, 0, 37)));
    add(
        part,
        "rbf_drift",
        "50 clouds that move by 0.0001",
        ten,
        2,
        Drift.INCREMENTAL,
        38,
        () -> List.of(new RandomRbfConcept(50, 10, 2, 0.0001, 38)));
    add(
        part,
        "rbf_drift_fast",
        "50 clouds that move by 0.001",
        ten,
        5,
        Drift.INCREMENTAL,
        39,
        () -> List.of(new RandomRbfConcept(50, 10, 5, 0.001, 39)));
    add(
        part,
        "hyperplane_slow",
        "hyperplane that turns by 0.001, 5 % noise",
        ten,
        2,
        Drift.INCREMENTAL,
        40,
        () -> List.of(ClassConcepts.hyperplane(10, 0.001, 40)));
    add(
        part,
        "hyperplane_fast",
        "hyperplane that turns by 0.01, 5 % noise",
        ten,
        2,
        Drift.INCREMENTAL,
        41,
        () -> List.of(ClassConcepts.hyperplane(10, 0.01, 41)));
  }

  private void addDigitsAndWaves() {
    Part part = Part.REPORT;
    List<Column> led = Column.nominal(ClassConcepts.LED_COLUMNS, 2);
    List<Column> wave = Column.numbers(ClassConcepts.WAVE_LENGTH);
    List<Column> wide = Column.numbers(40);
    add(
        part,
        "led",
        "LED, 10 % noise, 17 random columns",
        led,
        10,
        Drift.NONE,
        51,
        () -> List.of(ClassConcepts.led(0)));
    add(
        part,
        "led_gradual",
        "LED, 1, 3, then 7 segments move",
        led,
        10,
        Drift.GRADUAL,
        52,
        () -> List.of(ClassConcepts.led(1), ClassConcepts.led(3), ClassConcepts.led(7)));
    add(
        part,
        "waveform",
        "three waves",
        wave,
        3,
        Drift.NONE,
        53,
        () -> List.of(ClassConcepts.waveform(0)));
    add(
        part,
        "waveform_noise",
        "three waves, 19 columns of noise",
        wide,
        3,
        Drift.NONE,
        54,
        () -> List.of(ClassConcepts.waveform(0)));
    add(
        part,
        "waveform_abrupt",
        "three waves, columns move by 9",
        wide,
        3,
        Drift.ABRUPT,
        55,
        () -> List.of(ClassConcepts.waveform(0), ClassConcepts.waveform(9)));
  }

  private void addTails() {
    Part part = Part.REPORT;
    List<Column> ten = Column.numbers(10);
    add(
        part,
        "lognormal_features",
        "curved rule of log-normal numbers",
        ten,
        2,
        Drift.NONE,
        61,
        () -> List.of(ClassConcepts.logNormalFeatures()));
    add(
        part,
        "cauchy_features",
        "ranks of Cauchy-distributed numbers",
        ten,
        3,
        Drift.NONE,
        62,
        () -> List.of(ClassConcepts.cauchyFeatures()));
    add(
        part,
        "outliers",
        "linear rule, one number in 50 is 100 times as large",
        ten,
        2,
        Drift.NONE,
        63,
        () -> List.of(ClassConcepts.outliers()));
    add(
        part,
        "persistent_classes",
        "runs of ten equal labels on average, the reason that mixtures know the previous label",
        Column.numbers(5),
        2,
        Drift.NONE,
        64,
        () -> List.of(ClassConcepts.persistent(64)));
  }

  private void addValues() {
    Part part = Part.REPORT;
    List<Column> ten = Column.numbers(10);
    List<Column> mixed = mixedColumns();
    String friedman = "Friedman's function, three orders of its columns";
    Supplier<List<Concept>> orders =
        () ->
            List.of(
                ValueConcepts.friedman(0, 1, 2, 3, 4),
                ValueConcepts.friedman(3, 6, 1, 2, 0),
                ValueConcepts.friedman(2, 5, 7, 9, 1));
    add(
        part,
        "friedman",
        "Friedman's function",
        ten,
        0,
        Drift.NONE,
        71,
        () -> List.of(ValueConcepts.friedman(0, 1, 2, 3, 4)));
    add(part, "friedman_abrupt", friedman, ten, 0, Drift.ABRUPT, 72, orders);
    add(part, "friedman_gradual", friedman, ten, 0, Drift.GRADUAL, 73, orders);
    add(part, "friedman_recurring", friedman, ten, 0, Drift.RECURRING, 74, orders);
    add(
        part,
        "friedman_tails",
        "Friedman's function, noise of Student's t",
        ten,
        0,
        Drift.NONE,
        75,
        () -> List.of(ValueConcepts.friedmanWithTails()));
    add(
        part,
        "friedman_cauchy",
        "Friedman's function of Cauchy-distributed numbers",
        ten,
        0,
        Drift.NONE,
        76,
        () -> List.of(ValueConcepts.friedmanOfCauchy()));
    add(
        part,
        "impedance",
        "Friedman's second function",
        Column.numbers(4),
        0,
        Drift.NONE,
        77,
        () -> List.of(ValueConcepts.circuit(false)));
    add(
        part,
        "phase",
        "Friedman's third function",
        Column.numbers(4),
        0,
        Drift.NONE,
        78,
        () -> List.of(ValueConcepts.circuit(true)));
    add(
        part,
        "planes",
        "two planes",
        ten,
        0,
        Drift.NONE,
        79,
        () -> List.of(ValueConcepts.planes(false)));
    add(
        part,
        "planes_abrupt",
        "two planes, which change places",
        ten,
        0,
        Drift.ABRUPT,
        80,
        () -> List.of(ValueConcepts.planes(false), ValueConcepts.planes(true)));
    add(
        part,
        "turning_plane",
        "height above a plane that turns by 0.01",
        ten,
        0,
        Drift.INCREMENTAL,
        81,
        () -> List.of(ValueConcepts.turningPlane(10, 0.01, 81)));
    add(
        part,
        "lognormal_target",
        "log-normal target",
        ten,
        0,
        Drift.NONE,
        82,
        () -> List.of(ValueConcepts.logNormalTarget()));
    add(
        part,
        "random_tree_values",
        "random tree, 5 numbers and 5 nominal columns",
        mixed,
        0,
        Drift.NONE,
        83,
        () -> List.of(new RandomTreeConcept(mixed, 0, 83)));
    add(
        part,
        "persistent_values",
        "autoregressive value, weak hints",
        Column.numbers(4),
        0,
        Drift.NONE,
        84,
        () -> List.of(ValueConcepts.persistent()));
    add(
        part,
        "seasonal_values",
        "demand by hour, day and temperature",
        Column.numbers(4),
        0,
        Drift.INCREMENTAL,
        85,
        () -> List.of(ValueConcepts.seasonal()));
  }

  private static List<Column> mixedColumns() {
    List<Column> columns = new ArrayList<>(Column.numbers(5));
    columns.addAll(Column.nominal(5, 5));
    return List.copyOf(columns);
  }

  private static List<Column> mixedConceptColumns() {
    List<Column> columns = new ArrayList<>(Column.numbers(2));
    columns.addAll(Column.nominal(2, 2));
    return List.copyOf(columns);
  }

  private void addAgrawal(Part part, String name, Drift drift, long seed, int... functions) {
    StringBuilder what = new StringBuilder("Agrawal's loans by function");
    for (int f = 0; f < functions.length; f++) {
      what.append(f == 0 ? " " : ", ").append(functions[f]);
    }
    add(
        part,
        name,
        what.toString(),
        AgrawalStream.nominalColumns(),
        2,
        drift,
        seed,
        rowSeed -> {
          List<Concept> concepts = new ArrayList<>();
          for (int function : functions) {
            long first = AGRAWAL_SEED_DISTANCE * (rowSeed - 1) + 100 * seed;
            concepts.add(AgrawalStream.concept(function, first + function));
          }
          return concepts;
        });
  }

  private void add(
      Part part,
      String name,
      String what,
      List<Column> columns,
      int classes,
      Drift drift,
      long seed,
      Supplier<List<Concept>> concepts) {
    add(part, name, what, columns, classes, drift, seed, rowSeed -> concepts.get());
  }

  private void add(
      Part part,
      String name,
      String what,
      List<Column> columns,
      int classes,
      Drift drift,
      long seed,
      IntFunction<List<Concept>> concepts) {
    streams.add(
        new BenchStream(
            name,
            part,
            what,
            new BenchStream.Generated(
                drift,
                rowSeed ->
                    new SyntheticStream(
                        columns,
                        classes,
                        drift,
                        seed + ROW_SEED_DISTANCE * (rowSeed - 1),
                        concepts.apply(rowSeed)))));
  }
}
