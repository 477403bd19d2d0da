package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.nn.Learner;
import dev.millrace.onnx.OnnxExport;
import dev.millrace.onnx.OnnxInfo;
import dev.millrace.prequential.key.ModelSnapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the models topic. */
@Command(
    name = "models",
    description = "Lists, shows and exports the models on the models topic.",
    subcommands = {
      ModelsCommand.ListAll.class,
      ModelsCommand.Show.class,
      ModelsCommand.Export.class
    },
    footer = {"", "Example:", "  ./millrace models list -c fraud.yaml"})
public final class ModelsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "A command is missing: models list, show or export");
  }

  @Command(
      name = "list",
      description = "Lists the newest model of each key.",
      footer = {"", "Example:", "  ./millrace models list -c fraud.yaml"})
  static final class ListAll implements Callable<Integer> {
    @Mixin private ModelsOptions.OfBroker models;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Collection<ModelSnapshot> all = models.read(key -> false).all();
      List<String> lines =
          json
              ? all.stream().map(ModelLines::json).map(Terminal::printableJson).toList()
              : ModelLines.table(all);
      lines.forEach(spec.commandLine().getOut()::println);
      return 0;
    }
  }

  @Command(
      name = "show",
      description = "Shows the newest model of one key.",
      footer = {"", "Example:", "  ./millrace models show shop-17 -c fraud.yaml"})
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "KEY", description = "Model key.")
    private String key;

    @Mixin private ModelsOptions.OfBroker models;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      ModelSnapshot model = models.read(other -> false).model(key);
      List<String> lines =
          json
              ? List.of(Terminal.printableJson(ModelLines.json(model)))
              : ModelLines.details(model);
      lines.forEach(spec.commandLine().getOut()::println);
      return 0;
    }
  }

  /** File format of an exported model. */
  enum Format {
    ONNX,
    MILLRACE
  }

  @Command(
      name = "export",
      description = "Writes the newest model of one key to a file.",
      footer = {
        "",
        "Examples:",
        "  ./millrace models export shop-17 -c fraud.yaml",
        "  ./millrace models export shop-17 -c fraud.yaml --format millrace"
      })
  static final class Export implements Callable<Integer> {
    @Parameters(paramLabel = "KEY", description = "Model key.")
    private String key;

    @Mixin private ModelsOptions.OfBroker models;

    @Option(
        names = "--format",
        paramLabel = "FORMAT",
        defaultValue = "onnx",
        description = "onnx, or millrace for the topic's own bytes (default: ${DEFAULT-VALUE}).")
    private Format format;

    @Option(
        names = "--model",
        paramLabel = "NAME",
        description = "onnx: one of the pipeline's models (default: the key's champion).")
    private @Nullable String name;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = "File to write (default: KEY.onnx or KEY.millrace).")
    private @Nullable Path output;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      if (format == Format.ONNX && models.kafka().settings() == null) {
        throw new ParameterException(
            spec.commandLine(),
            "--format onnx needs -c FILE: the file describes how the model scales its features");
      }
      if (format == Format.MILLRACE && name != null) {
        throw new ParameterException(
            spec.commandLine(),
            "--model goes with --format onnx: a key's models stay together in Millrace's format");
      }
      ModelSnapshot model = models.read(key::equals).model(key);
      byte[] bytes = format == Format.ONNX ? onnx(model) : model.bytes();
      Path file =
          output == null ? OutputFile.ofKey(key, format.name().toLowerCase(Locale.ROOT)) : output;
      OutputFile.write(file, bytes);
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          Locale.ROOT,
          "Wrote %s: %,d bytes, %s, %s.%n",
          file,
          bytes.length,
          format == Format.ONNX ? "ONNX operator set " + OnnxExport.OPSET : "Millrace's own format",
          Plural.of(model.learner().examples(), "example"));
      return 0;
    }

    private byte[] onnx(ModelSnapshot model) {
      String config = Objects.requireNonNull(models.kafka().settings()).configHash();
      if (model.config() != null && !model.config().equals(config)) {
        spec.commandLine()
            .getErr()
            .printf(
                "Note: the model was trained with other settings (config %s) than %s has (%s).%n",
                Terminal.printable(model.config(), 16), models.kafka().config(), config);
      }
      try {
        Learner learner = model.learner(models.kafka().settings().model(), name);
        return OnnxExport.encode(
            learner,
            new OnnxInfo(
                models.kafka().settings().pipeline(),
                model.key(),
                model.config() == null ? config : model.config(),
                model.task(),
                model.classes(),
                model.features(models.kafka().settings().input().spec())));
      } catch (IOException | IllegalArgumentException e) {
        throw new CliError(
            "The model of key \"%s\" cannot be exported: %s"
                .formatted(Terminal.printable(key, 60), e.getMessage()),
            e);
      }
    }
  }
}
