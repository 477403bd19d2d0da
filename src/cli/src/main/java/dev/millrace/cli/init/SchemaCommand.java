package dev.millrace.cli.init;

import dev.millrace.cli.console.CliError;
import dev.millrace.codec.SchemaComparison;
import dev.millrace.codec.registry.RegistryClient;
import dev.millrace.codec.registry.RegistryException;
import dev.millrace.codec.registry.SchemaAnswer;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.input.InputSpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Commands about schemas of records. */
@Command(
    name = "schema",
    description = "Checks whether a pipeline can read records of a schema.",
    subcommands = SchemaCommand.Check.class,
    footer = {"", "Example:", "  ./millrace schema check -c fraud.yaml --schema payment.avsc"})
public final class SchemaCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing: schema check");
  }

  @Command(
      name = "check",
      description = {
        "Reports for each field of a schema how a pipeline reads it.",
        "The exit code is 0 if the pipeline can read records of the schema, else 1."
      },
      footer = {
        "",
        "Examples:",
        "  ./millrace schema check -c fraud.yaml --schema payment.avsc",
        "  ./millrace schema check -c fraud.yaml --subject payments-value"
      })
  static final class Check implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = {"-c", "--config"},
        required = true,
        paramLabel = "FILE",
        description = "Pipeline file.")
    private Path config;

    @ArgGroup(multiplicity = "1")
    private Writer writer;

    @Option(
        names = "--version",
        paramLabel = "N",
        defaultValue = "latest",
        description = "Version of the subject (default: ${DEFAULT-VALUE}).")
    private String version;

    private static final class Writer {
      @Option(
          names = "--schema",
          paramLabel = "FILE",
          required = true,
          description = "Schema of the records, an .avsc file.")
      private @Nullable Path file;

      @Option(
          names = "--subject",
          paramLabel = "NAME",
          required = true,
          description = "Subject of the schema in the pipeline's registry.")
      private @Nullable String subject;

      @Option(
          names = "--id",
          paramLabel = "N",
          required = true,
          description =
              "Id of the schema in the pipeline's registry, as in records and dead letters.")
      private @Nullable Integer id;
    }

    @Override
    public Integer call() throws InterruptedException {
      Settings settings = PipelineFile.read(config);
      InputSpec input = settings.input().spec();
      if (input.format() == InputSpec.Format.JSON || input.format() == InputSpec.Format.CSV) {
        throw CliError.usage(
            "%s reads %s (input.format), which has no schema to check."
                .formatted(config, input.format().id()));
      }
      Schema schema = writer.file == null ? ask(input) : FileProfiler.read(writer.file);
      if (schema.getType() != Schema.Type.RECORD) {
        throw new CliError(
            "The schema is of type %s; records are needed.".formatted(schema.getType().getName()));
      }
      SchemaComparison comparison = SchemaComparison.of(schema, input);
      PrintWriter out = spec.commandLine().getOut();
      out.printf("written  %s%nread     %s, by %s%n%n", name(schema), reader(input), config);
      SchemaTable.lines(comparison, input).forEach(out::println);
      out.println();
      out.println(
          comparison.isCompatible()
              ? "Records of this schema can be read."
              : "Records of this schema cannot be read: " + comparison.difference() + ".");
      return comparison.isCompatible() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Schema ask(InputSpec input) throws InterruptedException {
      if (input.registry() == null) {
        throw CliError.usage(
            "%s has no input.registry to ask. Name a file with --schema.".formatted(config));
      }
      RegistryClient client = new RegistryClient(input.registry());
      try {
        SchemaAnswer answer =
            writer.id != null
                ? client.byId(writer.id)
                : client.bySubject(Objects.requireNonNull(writer.subject), version);
        if (answer instanceof SchemaAnswer.Found found) {
          return found.schema();
        }
        String why = ((SchemaAnswer.Absent) answer).reason();
        throw new CliError("At " + input.registry().url() + ", " + why + ".");
      } catch (RegistryException e) {
        throw new CliError("The schema registry " + e.getMessage() + ".", e);
      }
    }

    private String name(Schema schema) {
      String source =
          writer.file != null
              ? writer.file.toString()
              : writer.id != null
                  ? "schema id " + writer.id
                  : "subject " + writer.subject + ", version " + version;
      return schema.getFullName() + ", " + source;
    }

    private static String reader(InputSpec input) {
      return input.schema() == null
          ? "the standard example schema"
          : new Schema.Parser().parse(input.schema()).getFullName();
    }
  }
}
