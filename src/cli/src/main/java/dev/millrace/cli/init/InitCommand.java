package dev.millrace.cli.init;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.csv.ColumnNames;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.cli.csv.NotationOptions;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.yaml.Suggestions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Drafts a pipeline file for existing data. */
@Command(
    name = "init",
    description = {
      "Drafts a pipeline file from a CSV file, an Avro schema or the records of a topic.",
      "Proposes label, key and features by types, ranges and gaps; comments give the reasons."
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
  private static final int MAX_NAME = 100;
  private static final long RECORDS_OF_A_PARTITION = 1_000;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "CSV file with a header line, plain or gzip, or an Avro schema (.avsc); with --topic the"
              + " schema of the topic's records.")
  private @Nullable Path input;

  @Option(names = "--topic", paramLabel = "TOPIC", description = "Topic with records to read.")
  private @Nullable String topic;

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:9092",
      description = "Brokers of the pipeline (default: ${DEFAULT-VALUE}).")
  private String bootstrapServer;

  @Option(
      names = "--label",
      paramLabel = "FIELD",
      description =
          "Field to predict, or several, separated by commas (default: the most probable one).")
  private @Nullable String label;

  @Option(
      names = "--key",
      paramLabel = "FIELD",
      description = "Field of the model key (default: the record key).")
  private @Nullable String key;

  @Option(
      names = "--drop",
      paramLabel = "FIELD",
      split = ",",
      description = "Fields to leave out, separated by commas.")
  private List<String> drop = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Max rows of the file, or newest records of each partition, to read (default: all rows,"
              + " 1000 records).")
  private @Nullable Long rows;

  @Mixin private NotationOptions notation;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the pipeline (default: name of the file or topic).")
  private @Nullable String name;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "File to write, - for standard output (default: NAME.yaml).")
  private @Nullable Path output;

  @Option(names = "--force", description = "Replaces the file if it exists.")
  private boolean force;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "Maximum wait for a broker (default: ${DEFAULT-VALUE}).")
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
    if (!toStdout) {
      requireWritable(file);
    }
    InputProfile profile = profile();
    if (profile.standard() && !drop.isEmpty()) {
      throw usage(
          "--drop does not work with the standard example schema, whose numbers have no names");
    }
    List<String> dropped = ColumnNames.of(drop, fieldNames(profile));
    dropped.forEach(field -> find(profile, "--drop", field));
    FieldRoles roles = new FieldRoles(profile, dropped);
    List<FieldProfile> labels = chooseLabels(profile, roles);
    FieldProfile keyField = chooseKey(profile, roles, labels);
    labels.forEach(field -> CsvScan.requireTruth(field.name(), key, dropped));
    PipelineDraft draft = new PipelineDraft(profile, roles, labels, keyField);
    requireFeatures(draft, profile);
    Path folder =
        toStdout ? Path.of("") : Objects.requireNonNull(file.toAbsolutePath().getParent());
    String text = draft.text(pipeline, bootstrapServer, folder);
    PipelineFile.parse(file.toString(), text, folder);
    draft.eventTimeWarning().ifPresent(this::notice);
    if (toStdout) {
      spec.commandLine().getOut().print(text);
      spec.commandLine().getOut().flush();
      return 0;
    }
    write(file, text);
    new InitSummary(file, input, profile, draft)
        .lines(labels, keyField, label == null ? roles.notLabels() : null, roles.keys(labels))
        .forEach(spec.commandLine().getOut()::println);
    return 0;
  }

  private static void requireFeatures(PipelineDraft draft, InputProfile profile) {
    if (draft.features() == 0 && !draft.forecastsOnly() && !profile.standard()) {
      throw new CliError(
          "No field of %s is left for features. Left out: %s"
              .formatted(profile.origin(), String.join("; ", draft.leftOut())));
    }
  }

  private void requireWritable(Path file) {
    if (Files.isDirectory(file)) {
      throw CliError.usage("--output " + file + " is a folder. Name a file in it.");
    }
    if (!force && Files.exists(file)) {
      throw exists(file);
    }
  }

  private void requireUsage() {
    if (input == null && topic == null) {
      throw usage("--input FILE or --topic TOPIC is missing: the data to read");
    }
    if (topic != null && input != null && !isSchema()) {
      throw usage("With --topic, --input must be a schema (.avsc), but was " + input);
    }
    if (rows != null && rows < 1) {
      throw usage("--limit must be at least 1, but was " + rows);
    }
    if (notation.isGiven() && (topic != null || isSchema())) {
      throw usage("--decimal, --thousands and --date-format apply to CSV files");
    }
    if (timeoutSeconds < 1) {
      throw usage("--timeout must be at least 1, but was " + timeoutSeconds);
    }
  }

  private boolean isSchema() {
    return input != null && input.toString().endsWith(".avsc");
  }

  /** Returns the name of the file without extensions, or of the topic, as a valid name. */
  private String defaultName() {
    String from =
        topic != null
            ? topic
            : Objects.requireNonNull(input)
                .getFileName()
                .toString()
                .replaceFirst("\\.(csv|csv\\.gz|gz|tsv|txt|avsc)$", "");
    String safe = from.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^\\.+", "");
    return safe.isEmpty() ? "pipeline" : safe.substring(0, Math.min(MAX_NAME, safe.length()));
  }

  private InputProfile profile() {
    if (topic != null) {
      Map<String, String> kafka = Map.of("bootstrap.servers", bootstrapServer);
      BrokerCheck.requireBroker(kafka, Duration.ofSeconds(timeoutSeconds), null, this::notice);
      BrokerCheck.lookUp(kafka, topic, () -> "List the topics with your Kafka tools.");
      long limit = rows == null ? RECORDS_OF_A_PARTITION : rows;
      return TopicProfiler.read(kafka, topic, limit, input, this::notice);
    }
    Path file = Objects.requireNonNull(input);
    return isSchema()
        ? FileProfiler.schema(file)
        : FileProfiler.csv(file, notation, rows == null ? Long.MAX_VALUE : rows);
  }

  /** Returns the field to predict, several if they are named, none of a schema with one label. */
  private List<FieldProfile> chooseLabels(InputProfile profile, FieldRoles roles) {
    if (profile.standard()) {
      return profile.fields().stream().filter(field -> field.name().equals("label")).toList();
    }
    if (label != null) {
      return ColumnNames.of(List.of(label.split(",", -1)), fieldNames(profile)).stream()
          .distinct()
          .map(name -> find(profile, "--label", name))
          .toList();
    }
    return roles.labels().stream()
        .findFirst()
        .map(candidate -> List.of(candidate.field()))
        .orElseThrow(
            () ->
                new CliError(
                    ("No field of %s looks like a label. Name the field to predict: --label"
                            + " FIELD%n%sFields: %s")
                        .formatted(
                            profile.origin(), notLabels(roles.notLabels()), names(profile))));
  }

  private static String notLabels(List<FieldRoles.Candidate> fields) {
    return fields.stream()
        .map(field -> InitSummary.notLabel(field) + "%n".formatted())
        .collect(Collectors.joining());
  }

  /** Returns the field of --key, or the most probable one if the records have no keys. */
  private @Nullable FieldProfile chooseKey(
      InputProfile profile, FieldRoles roles, List<FieldProfile> labels) {
    if (key != null && profile.standard()) {
      throw usage(
          "--key does not work with the standard example schema, which uses the record key");
    }
    if (key != null) {
      return find(profile, "--key", key);
    }
    if (label == null && profile.isFile()) {
      return roles.seriesKey(labels.get(0));
    }
    boolean needed = profile.keys() != null && profile.keys().values() == 0 && !profile.standard();
    return needed
        ? roles.keys(labels).stream().findFirst().map(FieldRoles.Candidate::field).orElse(null)
        : null;
  }

  private static FieldProfile find(InputProfile profile, String option, String wanted) {
    for (FieldProfile field : profile.fields()) {
      if (field.name().equals(wanted)) {
        return field;
      }
    }
    throw CliError.usage(
        "%s \"%s\" is not a field of %s.%s%nFields: %s"
            .formatted(
                option,
                wanted,
                profile.origin(),
                Suggestions.behind(wanted, fieldNames(profile)),
                names(profile)));
  }

  private static String names(InputProfile profile) {
    return ColumnNames.list(fieldNames(profile));
  }

  private static List<String> fieldNames(InputProfile profile) {
    return profile.fields().stream().map(FieldProfile::name).toList();
  }

  private void write(Path file, String text) {
    if (force) {
      OutputFile.write(file, text.getBytes(StandardCharsets.UTF_8));
      return;
    }
    try {
      Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
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
