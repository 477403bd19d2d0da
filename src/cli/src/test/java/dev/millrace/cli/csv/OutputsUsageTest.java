package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options of commands that do not fit several columns to predict. */
class OutputsUsageTest {
  @TempDir private Path dir;
  private Path data;
  private Path one;
  private Path two;

  @BeforeEach
  void write() throws IOException {
    data = Files.writeString(dir.resolve("data.csv"), "x,a,b\n1,0,1\n2,1,0\n3,0,1\n");
    one = pipeline("one.yaml", "label: a");
    two = pipeline("two.yaml", "targets: [a, b]");
  }

  private Path pipeline(String name, String labels) throws IOException {
    String yaml =
        "pipeline: p\nkafka: { bootstrap.servers: 'localhost:1' }\ninput: { format: json, features: [x], %s }\n";
    return Files.writeString(dir.resolve(name), yaml.formatted(labels));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          evaluate --label a,b --task binary         | --task applies to one label, but --label names 2 columns. Remove it; a pipeline file (-c) may set the task of each: input.targets.
          evaluate --label a,b --positive-class 1    | --positive-class applies to one label of two classes. Remove it; a pipeline file (-c) may name the positive-class of each target.
          evaluate --label a,b --reasons 2           | --reasons is not supported with sets of labels or several targets. Remove it.
          evaluate --label a --task multi-target     | --task must be one of binary, multiclass, regression, multilabel, but was multi-target.
          evaluate -c one.yaml --label a,b           | --label and --task cannot change what one.yaml predicts: a. Remove the options, or change input.label, input.task or input.targets there.
          evaluate -c two.yaml --label a             | --label and --task cannot change what two.yaml predicts: a, b. Remove the options, or change input.label, input.task or input.targets there.
          evaluate -c one.yaml --task multilabel     | --label and --task cannot change what one.yaml predicts: a. Remove the options, or change input.label, input.task or input.targets there.
          evaluate --label a,c                       | --label "c" is not a column of data.csv.
          evaluate --label a,b --drop b              | --drop leaves out the label, "b". Remove it there, or predict another column with --label.
          evaluate --label a,b --key b               | The key must be another column than the label, but both are "b" (--key, --label).
          produce --bootstrap-server localhost:1 --label a,b --format avro | --format avro, but the standard example schema has one label, and --label names 2 columns. Use --format json.
          produce -c one.yaml --label a,b            | --label names 2 columns, but one.yaml has one label (input.label). Name them there: targets: [a,b]
          produce -c two.yaml --label a              | --label "a" is not what two.yaml predicts: a, b. Remove the option.
          """)
  void errorsNameTheOptionAndTheWayOut(String command, String error) {
    List<String> arguments =
        Stream.concat(
                Stream.of(command.split(" "))
                    .map(word -> word.endsWith(".yaml") ? dir.resolve(word).toString() : word),
                Stream.of("--input", data.toString()))
            .toList();

    Cli cli = Cli.run(arguments.toArray(String[]::new));

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err().replace(dir + "/", "")).startsWith(error);
  }

  @Test
  void theFilesOfThisTestAreValid() {
    for (Path pipeline : List.of(one, two)) {
      assertThat(Cli.run("validate", "-c", pipeline.toString()).exitCode()).isZero();
    }
  }
}
