package dev.millrace.cli.serve;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvFeatures;
import dev.millrace.cli.csv.CsvFile;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.NotationOptions;
import dev.millrace.cli.csv.RowConverter;
import dev.millrace.cli.models.ModelsOptions;
import dev.millrace.cli.models.ModelsTopic;
import dev.millrace.cli.predictions.AnswerLines;
import dev.millrace.cli.predictions.ReasonsColumn;
import dev.millrace.cli.predictions.RegionColumns;
import dev.millrace.codec.FeatureReader;
import dev.millrace.codec.text.EventTime;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.config.Settings;
import dev.millrace.config.model.ModelFile;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.data.RecentlyUsed;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.serving.LoadedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Predicts the rows of a CSV file with the newest models. */
@Command(
    name = "predict",
    description = {
      "Predicts the rows of a CSV file with the newest model of each key.",
      "Needs a pipeline file (-c), which describes the features and the models."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace predict -c fraud.yaml --input today.csv --key shop",
      "  ./millrace predict -c fraud.yaml --input today.csv --model shop-17.millrace"
    })
public final class PredictCommand implements Callable<Integer> {
  private static final int MAX_KEYS = 100;
  private static final int MAX_REPORTED = 20;

  @Mixin private ModelsOptions.OfPipeline models;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      required = true,
      description = "CSV file, plain or gzip, with a header line.")
  private Path input;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description =
          "Column with the model key (default: the pipeline's input.key, else the key is "
              + CsvExamples.ONLY_KEY
              + ").")
  private @Nullable String key;

  @Option(
      names = "--drop",
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns that are no features, if the pipeline declares no features.")
  private List<String> drop = List.of();

  @Mixin private NotationOptions notation;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Model for all rows, as models export --format millrace writes it; no broker.")
  private @Nullable Path modelFile;

  @Option(names = "--json", description = "One JSON object a line, with all probabilities.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Workspace workspace = new Workspace();
  private final Example example = new Example();

  @Override
  public Integer call() {
    Settings settings = models.predicting();
    CsvScan scan =
        CsvScan.unlabelled(
                notation.of(input, settings),
                settings.input().spec().label(),
                key == null ? settings.input().spec().key() : key,
                drop)
            .withInput(settings.input().spec());
    Map<String, LoadedModel> loaded =
        modelFile == null ? newest(scan, settings) : fromFile(modelFile, scan, settings);
    models.reportThreshold(settings);
    predict(scan, settings, loaded);
    return 0;
  }

  private Map<String, LoadedModel> newest(CsvScan scan, Settings settings) {
    Set<String> keys = keys(scan);
    ModelsTopic topic = models.read(keys::contains);
    TreeSet<String> absent = new TreeSet<>(keys);
    absent.removeIf(topic::has);
    if (absent.size() == keys.size() && keys.size() > 1) {
      throw new CliError(
          "None of the %,d keys in %s has a model: %s. See those that have with: %s"
              .formatted(
                  keys.size(),
                  input,
                  Terminal.printable(String.join(", ", absent), MAX_KEYS),
                  models.listing()));
    }
    if (keys.size() > 1) {
      keys.removeAll(absent); // their rows cannot be predicted, the others can
    }
    Map<String, LoadedModel> loaded = new HashMap<>();
    String config = settings.configHash();
    int outdated = 0;
    for (String name : keys) {
      ModelSnapshot model = topic.model(name);
      outdated += model.config() != null && !model.config().equals(config) ? 1 : 0;
      String subject = "The model of key \"%s\"".formatted(Terminal.printable(name, 60));
      loaded.put(name, load(model, settings, subject));
    }
    if (outdated > 0) {
      spec.commandLine()
          .getErr()
          .printf(
              "Note: %,d of %s %s trained with other settings than %s has (config %s).%n",
              outdated,
              Plural.of(keys.size(), "model"),
              outdated == 1 ? "was" : "were",
              models.kafka().config(),
              config);
    }
    return loaded;
  }

  private Map<String, LoadedModel> fromFile(Path file, CsvScan scan, Settings settings) {
    Map<String, LoadedModel> loaded = new HashMap<>();
    byte[] bytes = bytes(file);
    for (String name : keys(scan)) {
      try {
        ModelSnapshot model = ModelSnapshot.decode(null, null, name, bytes);
        loaded.put(name, load(model, settings, "--model " + file));
      } catch (IOException e) {
        throw new CliError(
            file + " is no file of models export --format millrace, or of a newer release.", e);
      }
    }
    return loaded;
  }

  private static byte[] bytes(Path file) {
    try {
      return ModelFile.read(file);
    } catch (NoSuchFileException e) {
      throw new CliError("There is no file " + file + ".", e);
    } catch (IOException e) {
      throw new CliError("--model %s cannot be used: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private LoadedModel load(ModelSnapshot model, Settings settings, String subject) {
    try {
      return new LoadedModel(model, settings, workspace);
    } catch (IOException e) {
      throw new CliError(subject + " cannot be used: " + e.getMessage(), e);
    }
  }

  private Set<String> keys(CsvScan scan) {
    if (scan.keyColumn() < 0) {
      return Set.of(CsvExamples.ONLY_KEY);
    }
    Set<String> keys = new HashSet<>();
    try (CsvFile file = new CsvFile(scan.path())) {
      while (file.next()) {
        keys.add(file.row()[scan.keyColumn()]);
      }
    }
    return keys;
  }

  /** Error of a row, with the code and message of {@code serve}. */
  private record Rejection(String code, String message) {}

  /** Reads the features of rows for models of the same columns. */
  private record RowReader(
      RowConverter converter, int timeColumn, CsvFeatures cells, FeatureReader reader) {
    static RowReader of(CsvScan scan, InputSpec spec) {
      String time = spec.eventTime();
      return new RowReader(
          new RowConverter(scan, spec),
          time == null ? -1 : scan.header().indexOf(time),
          new CsvFeatures(scan, spec),
          new FeatureReader(spec));
    }

    void read(String[] row, Example into) throws RejectedException {
      String[] plain = converter.plain(row);
      into.eventTime = eventTime(plain, timeColumn);
      cells.read(plain);
      reader.readPositional(
          cells.numbers(), cells.numberCount(), cells.missing(), cells.attributes(), into);
    }
  }

  private void predict(CsvScan scan, Settings settings, Map<String, LoadedModel> loaded) {
    InputSpec records = settings.input().spec();
    RowReader defaultReader = RowReader.of(scan, records);
    RecentlyUsed<DeclaredColumns, RowReader> byColumns =
        RecentlyUsed.byColumns(
            columns -> {
              InputSpec declared = records.ofModel(columns);
              return RowReader.of(scan.withInput(declared), declared);
            });
    requireColumns(loaded, byColumns);
    PrintWriter out = spec.commandLine().getOut();
    AnswerLines lines = lines(settings, loaded);
    long rejected = 0;
    if (!json) {
      out.println(lines.header());
    }
    try (CsvFile file = new CsvFile(scan.path());
        Progress progress = progress(scan)) {
      for (long row = 1; file.next() && !out.checkError(); row++) {
        String name = scan.keyColumn() < 0 ? CsvExamples.ONLY_KEY : file.row()[scan.keyColumn()];
        LoadedModel model = loaded.get(name);
        DeclaredColumns columns = model == null ? null : model.columns();
        RowReader reader = columns == null ? defaultReader : byColumns.of(columns);
        Rejection rejection = predict(row, file.row(), model, reader, lines);
        if (rejection != null) {
          show(lines.line(row, name, rejection.code(), rejection.message()));
          if (rejected++ < MAX_REPORTED) {
            progress.above(() -> report(file, name, rejection.message()));
          }
        }
        progress.step();
      }
    }
    if (rejected > 0) {
      throw new CliError(
          "%,d of %s could not be predicted.".formatted(rejected, Plural.of(scan.rows(), "row")));
    }
  }

  // On a terminal the answers themselves show the progress.
  private static Progress progress(CsvScan scan) {
    return Terminal.outIsInteractive() ? Progress.hidden() : new Progress("predict", scan.rows());
  }

  private AnswerLines lines(Settings settings, Map<String, LoadedModel> loaded) {
    boolean areClasses = loaded.values().stream().anyMatch(LoadedModel::isOfClasses);
    return new AnswerLines(
        json,
        RegionColumns.of(settings.output().publish().interval() > 0, areClasses),
        new ReasonsColumn(settings.output().publish().reasons() > 0));
  }

  /** Shows the prediction of a row; returns why there is none, else null. */
  private @Nullable Rejection predict(
      long row, String[] cells, @Nullable LoadedModel model, RowReader reader, AnswerLines lines) {
    if (model == null) {
      return new Rejection(ServeApi.UNKNOWN_KEY, "there is no model of this key");
    }
    try {
      reader.read(cells, example);
      show(lines.line(row, model.predict(example, workspace)));
      return null;
    } catch (RejectedException e) {
      return new Rejection(e.reason().id(), "" + e.getMessage());
    }
  }

  /** Checks that the file has the columns of all models. */
  private static void requireColumns(
      Map<String, LoadedModel> loaded, RecentlyUsed<DeclaredColumns, RowReader> byColumns) {
    Set<DeclaredColumns> checked = new HashSet<>();
    for (Map.Entry<String, LoadedModel> model : new TreeMap<>(loaded).entrySet()) {
      DeclaredColumns columns = model.getValue().columns();
      if (columns != null && checked.add(columns)) {
        try {
          byColumns.of(columns);
        } catch (CliError e) {
          throw CliError.usage(
              "The model of key \"%s\" has other columns: %s"
                  .formatted(Terminal.printable(model.getKey(), 60), e.getMessage()));
        }
      }
    }
  }

  // Derived features are those of the row's time, or of now.
  private static long eventTime(String[] row, int column) {
    OptionalLong time = column < 0 ? OptionalLong.empty() : EventTime.ofCell(row[column]);
    return time.orElseGet(System::currentTimeMillis);
  }

  private void show(String line) {
    spec.commandLine()
        .getOut()
        .println(Terminal.outIsInteractive() ? Terminal.printable(line, line.length()) : line);
  }

  private void report(CsvFile file, String name, String why) {
    spec.commandLine()
        .getErr()
        .printf("%s: %s (key \"%s\").%n", file.position(), why, Terminal.printable(name, 60));
  }
}
