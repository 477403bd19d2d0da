package dev.millrace.cli.init;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.csv.ColumnNames;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.yaml.Suggestions;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes a pipeline file for records that are there already. */
@Command(
    name = "init",
    description = {
      "Writes a pipeline file from a CSV file, an Avro schema or the records of a topic.",
      "It looks at types, ranges and gaps, proposes label and key, and says why in comments."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace init --input payments.csv.gz --key shop",
      "  ./millrace init --input payment.avsc -o payments.yaml",
      "  ./millrace init --topic payments --bootstrap-server localhost:9092"
    })
public final class InitCommand implements Callable<Integer> {
  private static final String STDOUT = "-";
  private static final String MAX_PIPELINE = "(?s)^(.{0,100}).*$";
  private static final long ALL = Long.MAX_VALUE;
  private static final long RECORDS_OF_A_PARTITION = 1_000;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "CSV file with a header line, plain or gzip, or an Avro schema (.avsc); with --topic the"
              + " schema of its records.")
  private Path input;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Looks at the records of this topic.")
  private String topic;

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:9092",
      description = "Brokers of the pipeline (default: ${DEFAULT-VALUE}).")
  private String bootstrapServer;

  @Option(
      names = "--label",
      paramLabel = "FIELD",
      description = "What to predict (default: the likeliest field).")
  private String label;

  @Option(
      names = "--key",
      paramLabel = "FIELD",
      description = "What says which model learns (default: the record key).")
  private String key;

  @Option(
      names = "--drop",
      paramLabel = "FIELD",
      split = ",",
      description = "Fields that are no features, separated by commas.")
  private List<String> drop = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Rows of the file, or newest records of each partition, to look at (default: all rows,"
              + " 1000 records).")
  private Long rows;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the pipeline (default: that of the file or topic).")
  private String name;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "File to write, - for standard output (default: NAME.yaml).")
  private Path output;

  @Option(names = "--force", description = "Replaces the file if it exists.")
  private boolean force;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for a broker (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    requireUsage();
    if (name != null) {
      PipelineFile.requireName("--name", name);
    }
    String pipeline = name == null ? defaultName() : name.strip();
    Path file = output == null ? Path.of(pipeline + ".yaml") : output;
    boolean toStdout = file.toString().equals(STDOUT);
    if (!toStdout && Files.isDirectory(file)) {
      throw CliError.usage("--output " + file + " is a folder. Name a file in it.");
    }
    if (!toStdout && !force && Files.exists(file)) {
      throw exists(file);
    }
    InputProfile profile = profile();
    if (profile.standard() && !drop.isEmpty()) {
      throw usage("--drop goes with other records; of these the numbers have places, not names");
    }
    List<String> dropped = ColumnNames.of(drop, fieldNames(profile));
    dropped.forEach(field -> find(profile, "--drop", field));
    FieldRoles roles = new FieldRoles(profile, dropped);
    FieldProfile labelField = chooseLabel(profile, roles);
    FieldProfile keyField = chooseKey(profile, roles, labelField);
    if (labelField != null) {
      CsvScan.requireTruth(labelField.name(), key, dropped);
    }
    PipelineDraft draft = new PipelineDraft(profile, roles, labelField, keyField);
    if (draft.features() == 0 && !profile.standard()) {
      throw new CliError(
          "No field of %s is left for features. Left out: %s"
              .formatted(profile.origin(), String.join("; ", draft.leftOut())));
    }
    Path folder = toStdout ? Path.of("") : file.toAbsolutePath().getParent();
    String text = draft.text(pipeline, bootstrapServer, folder);
    PipelineFile.parse(file.toString(), text, folder);
    if (toStdout) {
      spec.commandLine().getOut().print(text);
      spec.commandLine().getOut().flush();
    } else {
      write(file, text);
      new InitSummary(file, input, profile, draft)
          .lines(
              labelField,
              keyField,
              label == null ? roles.notLabels() : null,
              roles.keys(labelField))
          .forEach(spec.commandLine().getOut()::println);
    }
    return 0;
  }

  private void requireUsage() {
    if (input == null && topic == null) {
      throw usage("--input FILE or --topic TOPIC is missing: what to start from");
    }
    if (topic != null && input != null && !isSchema()) {
      throw usage("--topic goes with a schema (.avsc), but --input was " + input);
    }
    if (rows != null && rows < 1) {
      throw usage("--limit must be at least 1, but was " + rows);
    }
    if (timeoutSeconds < 1) {
      throw usage("--timeout must be at least 1, but was " + timeoutSeconds);
    }
  }

  private boolean isSchema() {
    return input != null && input.toString().endsWith(".avsc");
  }

  /**
   * The file's name without its endings, or the topic's, with nothing that no pipeline may have.
   */
  private String defaultName() {
    String from =
        topic != null
            ? topic
            : input.getFileName().toString().replaceFirst("\\.(csv|csv\\.gz|gz|tsv|txt|avsc)$", "");
    String safe = from.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^\\.+", "");
    return safe.isEmpty() ? "pipeline" : safe.replaceFirst(MAX_PIPELINE, "$1");
  }

  private InputProfile profile() {
    if (topic != null) {
      Map<String, String> kafka = Map.of("bootstrap.servers", bootstrapServer);
      BrokerCheck.requireBroker(kafka, Duration.ofSeconds(timeoutSeconds), null, this::notice);
      BrokerCheck.lookUp(kafka, topic, () -> "List those there are with your Kafka tools.");
      long most = rows == null ? RECORDS_OF_A_PARTITION : rows;
      return TopicProfiler.read(kafka, topic, most, input, this::notice);
    }
    return isSchema()
        ? FileProfiler.schema(input)
        : FileProfiler.csv(input, rows == null ? ALL : rows);
  }

  private FieldProfile chooseLabel(InputProfile profile, FieldRoles roles) {
    if (profile.standard()) {
      return profile.fields().stream()
          .filter(field -> field.name().equals("label"))
          .findFirst()
          .orElse(null);
    }
    if (label != null) {
      return find(profile, "--label", label);
    }
    return roles.labels().stream()
        .findFirst()
        .map(FieldRoles.Candidate::field)
        .orElseThrow(
            () ->
                new CliError(
                    ("No field of %s looks like something to predict. Say which: --label FIELD%n"
                            + "%sFields: %s")
                        .formatted(
                            profile.origin(), notLabels(roles.notLabels()), names(profile))));
  }

  private static String notLabels(List<FieldRoles.Candidate> fields) {
    return fields.stream()
        .map(field -> InitSummary.notLabel(field) + "%n".formatted())
        .collect(Collectors.joining());
  }

  /** The field that was asked for, or the likeliest one if the records have no keys. */
  private FieldProfile chooseKey(InputProfile profile, FieldRoles roles, FieldProfile labelField) {
    if (key != null && profile.standard()) {
      throw usage("--key goes with other records; of these the record key says which model learns");
    }
    if (key != null) {
      return find(profile, "--key", key);
    }
    boolean needed = profile.keys() != null && profile.keys().values() == 0 && !profile.standard();
    return needed
        ? roles.keys(labelField).stream().findFirst().map(FieldRoles.Candidate::field).orElse(null)
        : null;
  }

  private static FieldProfile find(InputProfile profile, String option, String wanted) {
    for (FieldProfile field : profile.fields()) {
      if (field.name().equals(wanted)) {
        return field;
      }
    }
    String nearest = Suggestions.nearest(wanted, fieldNames(profile));
    throw CliError.usage(
        "%s \"%s\" is not a field of %s.%s%nFields: %s"
            .formatted(
                option,
                wanted,
                profile.origin(),
                nearest == null ? "" : " Did you mean \"" + nearest + "\"?",
                names(profile)));
  }

  private static String names(InputProfile profile) {
    return ColumnNames.list(fieldNames(profile));
  }

  private static List<String> fieldNames(InputProfile profile) {
    return profile.fields().stream().map(FieldProfile::name).toList();
  }

  private void write(Path file, String text) {
    OpenOption[] options =
        force
            ? new OpenOption[] {
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE
            }
            : new OpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};
    try {
      Files.writeString(file, text, options);
    } catch (FileAlreadyExistsException e) {
      throw exists(file);
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }

  private static CliError exists(Path file) {
    return CliError.usage(
        file + " exists already. Choose another with --output, or replace it with --force.");
  }

  private void notice(String text) {
    spec.commandLine().getErr().println(text);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
