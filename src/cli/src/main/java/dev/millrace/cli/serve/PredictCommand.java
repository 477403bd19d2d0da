package dev.millrace.cli.serve;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.csv.AnswerLines;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvFeatures;
import dev.millrace.cli.csv.CsvFile;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.models.ModelsOptions;
import dev.millrace.cli.models.ModelsTopic;
import dev.millrace.codec.FeatureReader;
import dev.millrace.codec.RefusedException;
import dev.millrace.config.ModelFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Example;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.ModelSnapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Predicts the rows of a CSV file with the newest models. */
@Command(
    name = "predict",
    description = {
      "Predicts the rows of a CSV file with the newest model of each key.",
      "It needs a pipeline file (-c), which says what the features and the models are."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace predict -c fraud.yaml --input today.csv --key shop",
      "  ./millrace predict -c fraud.yaml --input today.csv --model shop-17.millrace"
    })
public final class PredictCommand implements Callable<Integer> {
  private static final int MAX_KEYS = 100;
  // Of which each is told.
  private static final int MAX_REFUSALS = 20;

  @Mixin private ModelsOptions models;

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
  private String key;

  @Option(
      names = "--drop",
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns that are no features, where the pipeline declares none.")
  private List<String> drop = List.of();

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Model for all rows, as models export --format millrace writes it; no broker.")
  private Path modelFile;

  @Option(names = "--json", description = "One JSON object a line, with all probabilities.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Workspace workspace = new Workspace();

  @Override
  public Integer call() {
    Settings settings = models.kafka().settings();
    if (settings == null) {
      throw new ParameterException(
          spec.commandLine(),
          "predict needs -c FILE: the file says what the features and the models are");
    }
    CsvScan scan =
        CsvScan.unlabelled(
                input,
                settings.input().spec().label(),
                key == null ? settings.input().spec().key() : key,
                drop)
            .withInput(settings.input().spec());
    Map<String, LoadedModel> loaded =
        modelFile == null ? newest(scan, settings) : ofFile(scan, settings);
    models.tellOfThreshold(settings);
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
    int others = 0;
    for (String name : keys) {
      ModelSnapshot model = topic.model(name);
      others += isOfOtherSettings(model, settings) ? 1 : 0;
      String subject = "The model of key \"%s\"".formatted(Terminal.printable(name, 60));
      loaded.put(name, load(model, settings, subject));
    }
    if (others > 0) {
      spec.commandLine()
          .getErr()
          .printf(
              "Note: %,d of %s %s trained with other settings than %s has (config %s).%n",
              others,
              Plural.of(keys.size(), "model"),
              others == 1 ? "was" : "were",
              models.kafka().config(),
              settings.configHash());
    }
    return loaded;
  }

  private static boolean isOfOtherSettings(ModelSnapshot model, Settings settings) {
    return model.config() != null && !model.config().equals(settings.configHash());
  }

  private Map<String, LoadedModel> ofFile(CsvScan scan, Settings settings) {
    Map<String, LoadedModel> loaded = new HashMap<>();
    byte[] bytes = bytes(modelFile);
    for (String name : keys(scan)) {
      try {
        ModelSnapshot model = ModelSnapshot.decode(null, null, name, bytes);
        loaded.put(name, load(model, settings, "--model " + modelFile));
      } catch (IOException e) {
        throw new CliError(
            modelFile
                + " is not what models export --format millrace writes, or of a newer release.",
            e);
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
    try (CsvFile file = new CsvFile(input)) {
      while (file.next()) {
        keys.add(file.row()[scan.keyColumn()]);
      }
    }
    return keys;
  }

  /** Why a row cannot be predicted, in the words of {@code serve}. */
  private record Refusal(String code, String message) {}

  private void predict(CsvScan scan, Settings settings, Map<String, LoadedModel> loaded) {
    FeatureReader reader = new FeatureReader(settings.input().spec());
    CsvFeatures features = new CsvFeatures(scan);
    Example example = new Example();
    PrintWriter out = spec.commandLine().getOut();
    AnswerLines lines = new AnswerLines(json);
    long refused = 0;
    if (!json) {
      out.println(AnswerLines.CSV_HEADER);
    }
    try (CsvFile file = new CsvFile(input);
        // A terminal that shows the answers shows how far they are.
        Progress progress =
            Terminal.outIsInteractive()
                ? Progress.hidden()
                : new Progress("predict", scan.rows())) {
      for (long row = 1; file.next() && !out.checkError(); row++) {
        String name = scan.keyColumn() < 0 ? CsvExamples.ONLY_KEY : file.row()[scan.keyColumn()];
        LoadedModel model = loaded.get(name);
        Refusal refusal = null;
        if (model == null) {
          refusal = new Refusal(ServeApi.UNKNOWN_KEY, "there is no model of this key");
        } else {
          features.read(file.row());
          try {
            reader.readPositional(
                features.numbers(),
                features.numberCount(),
                features.missing(),
                features.attributes(),
                example);
            show(lines.line(row, model.predict(example, workspace)));
          } catch (RefusedException e) {
            refusal = new Refusal(e.reason().id(), e.getMessage());
          }
        }
        if (refusal != null) {
          show(lines.line(row, name, refusal.code(), refusal.message()));
          if (refused++ < MAX_REFUSALS) {
            String why = refusal.message();
            progress.above(() -> tell(file, name, why));
          }
        }
        progress.step();
      }
    }
    if (refused > 0) {
      throw new CliError(
          "%,d of %s could not be predicted.".formatted(refused, Plural.of(scan.rows(), "row")));
    }
  }

  // A file gets what the models say; a terminal what it can show of it.
  private void show(String line) {
    spec.commandLine()
        .getOut()
        .println(Terminal.outIsInteractive() ? Terminal.printable(line, line.length()) : line);
  }

  private void tell(CsvFile file, String name, String why) {
    spec.commandLine()
        .getErr()
        .printf("%s: %s (key \"%s\").%n", file.position(), why, Terminal.printable(name, 60));
  }
}
