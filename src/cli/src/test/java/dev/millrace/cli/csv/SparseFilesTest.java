package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.cli.Cli;
import dev.millrace.cli.console.CliError;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparseFilesTest {
  @TempDir private Path dir;

  @Test
  void aLineOfVwIsARowWithAColumnForEachNamespace() throws IOException {
    Path file =
        write(
            "train.vw",
            """
            1 0.5 'first |user u1 |ad a17 price:0.3
            -1 |ad:2 a18 price:0.5 |user u"2,x

            +1 2 third| plain word |label odd
            """);

    assertThat(rows(file))
        .containsExactly(
            List.of("label", "weight", "id", "ad", "features", "namespace_label", "user"),
            List.of("1", "0.5", "first", "a17 price:0.3", "", "", "u1"),
            List.of("-1", "1", "train.vw-2", "a18:2.0 price:1.0", "", "", "u\"2,x"),
            List.of("1", "2", "third", "", "plain word", "odd", ""));
  }

  @Test
  void aLineOfLibsvmIsARowWithOneColumnOfFeatures() throws IOException {
    assertThat(rows(write("a.txt", "+1 3:0.5 7:1 # seen\n-1 2:-4e-1\n0\n")))
        .containsExactly(
            List.of("label", "features"),
            List.of("1", "3:0.5 7:1"),
            List.of("-1", "2:-4e-1"),
            List.of("0", ""));
  }

  @Test
  void aLineOfLibffmIsARowWithAColumnForEachField() throws IOException {
    assertThat(rows(write("a.txt", "1 0:3:1 1:17:0.5 1:18:1\n0 2:5:1\n")))
        .containsExactly(
            List.of("label", "field_0", "field_1", "field_2"),
            List.of("1", "3:1", "17:0.5 18:1", ""),
            List.of("0", "", "", "5:1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "vw; 1 |a b:x; has \"x\" as value of b, which must be a number",
        "vw; yes |a b; has \"yes\" as label, which must be a number",
        "vw; 1 2 3 |a b; has \"3\" after label and importance, but no initial prediction is read",
        "vw; 1 a b; has no |, which begins the features",
        "libsvm; 1 3; has \"3\", but index:value is expected",
        "libsvm; 1 qid:4 3:1; has \"qid:4\", but index:value is expected",
        "libffm; 1 3:1; has \"3:1\", but field:feature:value is expected",
      })
  void aWrongLineIsReportedWithItsNumber(String ending, String line, String problem)
      throws IOException {
    String good = ending.equals("vw") ? "1 |a b" : ending.equals("libsvm") ? "1 3:1" : "1 0:3:1";
    Path file = write("train." + ending, good + "\n\n" + line + "\n");

    assertThatThrownBy(() -> rows(file))
        .isInstanceOf(CliError.class)
        .hasMessage("train.%s:3 %s.".formatted(ending, problem));
  }

  @Test
  void aCsvFileStaysOne() throws IOException {
    assertThat(rows(write("a.csv", "x|y\n1|2\n")))
        .containsExactly(List.of("x", "y"), List.of("1", "2"));
    assertThat(SparseFormat.of(write("b.csv", "1 2,3:4\n5,6\n"))).isNull();
  }

  @Test
  void weightsAndTagsAreThoseOfTheExamples() throws IOException {
    Path file = write("a.vw", "1 0.5 'x |user u1\n0 'y |user u2\n");

    CsvScan scan = CsvScan.drafted(CsvInput.plain(file), "label", null, List.of(), null);
    InputSpec spec = CsvPipeline.settings(null, "evaluate", scan, null).input().spec();

    assertThat(spec.weight()).isEqualTo("weight");
    assertThat(spec.id()).isEqualTo("id");
    assertThat(spec.features())
        .extracting(FeatureSpec::name, FeatureSpec::type)
        .containsExactly(tuple("user", FeatureSpec.Type.SPARSE));
  }

  @Test
  void evaluateLearnsWithoutAskingForALabel() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      int user = i * 31 % 20;
      lines.append(user % 2).append(" '").append(i).append(" |user u").append(user).append('\n');
    }
    Path predictions = dir.resolve("predictions.csv");

    Cli run =
        Cli.run(
            "evaluate",
            "--json",
            "--input=" + write("users.vw", lines.toString()),
            "--predictions=" + predictions);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("\"examples\":400,");
    double accuracy =
        Double.parseDouble(run.out().replaceFirst("(?s).*?\"accuracy\":([0-9.]+).*", "$1"));
    assertThat(accuracy).isGreaterThan(0.85);
    assertThat(Files.readAllLines(predictions).get(400)).contains("399");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  private static List<List<String>> rows(Path path) {
    List<List<String>> rows = new ArrayList<>();
    try (CsvFile file = new CsvFile(path)) {
      rows.add(file.header());
      while (file.next()) {
        rows.add(List.of(file.row()));
      }
    }
    return rows;
  }
}
