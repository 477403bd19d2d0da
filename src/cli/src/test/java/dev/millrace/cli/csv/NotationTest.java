package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.init.FileProfiler;
import dev.millrace.data.CellNotation;
import dev.millrace.data.CellNotation.Mark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class NotationTest {
  @TempDir private Path dir;

  @Test
  void aLabelInAnotherNotationStopsAtTheStart() throws IOException {
    Path file = customers();

    Cli cli = Cli.run("evaluate", "--input=" + file, "--label=Umsatz");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err())
        .isEqualTo(
            """
            The label "Umsatz" has numbers in another notation, such as "1.045,00" (kunden.csv:2). Read it with: --decimal , --thousands . --date-format "d.M.yyyy[ H:mm[:ss]]"
            In a pipeline file: input: { decimal: ",", thousands: ".", date-format: "d.M.yyyy[ H:mm[:ss]]" }. If the numbers name classes: input: { task: multiclass }, or evaluate --task multiclass
            """);
  }

  @Test
  void aLabelThatNoGuessReadsHasNoEmptyOptions() throws IOException {
    StringBuilder rows = new StringBuilder("a;amount\n1;'1\n".replace("'1", "$1.234.567,5"));
    for (int i = 0; i < 50; i++) {
      rows.append(i).append(";\"1,%03d.5\"\n".formatted(i));
    }
    Path file = Files.writeString(dir.resolve("mixed.csv"), rows);

    Cli cli =
        Cli.run("produce", "--bootstrap-server=127.0.0.1:1", "--input=" + file, "--label=amount");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err().strip())
        .isEqualTo(
            "The label \"amount\" has numbers in another notation, such as \"$1.234.567,5\""
                + " (mixed.csv:2). Write the column in one notation. If the numbers name classes:"
                + " input: { task: multiclass }, or evaluate --task multiclass");
  }

  @Test
  void initKeepsTheNotationOfItsOptions() throws IOException {
    NotationOptions options = new NotationOptions();
    new CommandLine(
            CommandSpec.create().addMixin("notation", CommandSpec.forAnnotatedObject(options)))
        .parseArgs("--decimal=.");

    Path file = customers();

    assertThat(FileProfiler.csv(file, options, Long.MAX_VALUE).notation().decimal())
        .isEqualTo(Mark.POINT);
    assertThat(FileProfiler.csv(file, new NotationOptions(), Long.MAX_VALUE).notation().decimal())
        .isEqualTo(Mark.COMMA);
  }

  @Test
  void aNotationIsReadAsItIsDeclared() throws IOException {
    Path file = customers();
    Path plain =
        Files.writeString(
            dir.resolve("plain.csv"),
            Files.readString(file)
                .replace(".", "")
                .replace(',', '.')
                .replaceAll("(\\d\\d)(\\d\\d)(\\d{4});", "$3-$2-$1;"));

    CellNotation german = new CellNotation(Mark.COMMA, Mark.POINT, "dd.MM.yyyy");

    assertThat(lines(new CsvInput(file, german))).isEqualTo(lines(CsvInput.plain(plain)));
  }

  private static List<String> lines(CsvInput file) {
    CsvScan scan = CsvScan.drafted(file, "Umsatz", null, List.of(), null);
    assertThat(scan.allWarnings()).isEmpty();
    List<String> lines = new ArrayList<>();
    try (CsvExamples examples = new CsvExamples(scan, 0, 1)) {
      while (examples.next()) {
        lines.add(new String(examples.line(), StandardCharsets.UTF_8));
      }
    }
    return lines;
  }

  @Test
  void initDeclaresTheNotationAndEvaluateReadsItByThePipeline() throws IOException {
    Path file = customers();
    Path pipeline = dir.resolve("kunden.yaml");

    Cli init = Cli.run("init", "--input=" + file, "--label=Umsatz", "--output=" + pipeline);

    assertThat(init.out())
        .startsWith("Wrote %s: predicts Umsatz (regression) from 2 fields.".formatted(pipeline));
    assertThat(pipeline)
        .content()
        .contains(
            """
              decimal: ","
              thousands: "."
              date-format: "d.M.yyyy[ H:mm[:ss]]"
            """,
            "    - { name: Datum, type: time }",
            "    - Rabatt ");
    Cli evaluate = Cli.run("evaluate", "--config=" + pipeline, "--input=" + file, "--json");
    assertThat(evaluate.err()).isEmpty();
    assertThat(evaluate.out()).contains("\"mae\":");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0,5 12,25 | --decimal ,",
        "1.234,50 12,25 | --decimal , --thousands .",
        "1,234 999 12,345 | --thousands ,",
        "$1,200.50 $12.00 | --thousands ,",
        "0,125 1,250 | --decimal ,",
        "1'234.50 12.25 | --thousands \"'\"",
        "12% 7% | --thousands ,",
        "24.12.2026 01.02.2026 | --date-format \"d.M.yyyy[ H:mm[:ss]]\"",
        "12/24/2026 01/02/2026 | --date-format \"M/d/yyyy[ H:mm[:ss]]\"",
        "24/12/2026 01/02/2026 | --date-format \"d/M/yyyy[ H:mm[:ss]]\"",
        "11/01/2026 12/01/2026 01/02/2026 | --date-format \"d/M/yyyy[ H:mm[:ss]]\"",
        "24-Dec-2026 01-Feb-2026 | --date-format \"d-MMM-yyyy[ H:mm[:ss]]\"",
        "1.5 2.5 | ''",
        "2026-12-24 2026-01-02 | ''",
      })
  void theNotationThatReadsMostCellsIsProposed(String cells, String options) throws IOException {
    String rows =
        Stream.of(cells.split(" "))
            .map(cell -> "\"%s\",1%n".formatted(cell))
            .collect(Collectors.joining());
    CsvInput file = CsvInput.plain(Files.writeString(dir.resolve("t.csv"), "x,y\n" + rows));

    assertThat(NotationOptions.arguments(NotationGuess.of(file, columns(file)))).isEqualTo(options);
  }

  @Test
  void wholeNumbersWithPointsAreGroupsWhereOthersHaveADecimalComma() throws IOException {
    String rows = "0,5;1.200\n1,5;12.000\n";
    CsvInput file = CsvInput.plain(Files.writeString(dir.resolve("t.csv"), "x;y\n" + rows));

    assertThat(NotationOptions.arguments(NotationGuess.of(file, columns(file))))
        .isEqualTo("--decimal , --thousands .");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--decimal=; | --decimal must be one of . ,, but was \";\".",
        "--thousands=_ | --thousands must be one of . , ' space, but was \"_\".",
        "--thousands=. | --decimal and --thousands must be two marks, but both are \".\".",
        "--date-format=jjjj | --date-format must be a format such as \"d.M.yyyy[ H:mm]\", but was"
            + " \"jjjj\": Unknown pattern letter: j.",
      })
  void wrongOptionsAreOneLine(String option, String error) throws IOException {
    Cli cli = Cli.run("evaluate", "--input=" + customers(), "--label=Umsatz", option);

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err().strip()).isEqualTo(error);
  }

  private static List<FieldProfile> columns(CsvInput input) {
    try (CsvFile file = new CsvFile(input)) {
      return FieldProfile.ofColumns(file, Long.MAX_VALUE);
    }
  }

  private Path customers() throws IOException {
    Random random = new Random(1);
    StringBuilder rows = new StringBuilder("Datum;Rabatt;Umsatz\n");
    for (int i = 0; i < 200; i++) {
      double discount = random.nextInt(100) / 10.0;
      rows.append(
          String.format(
              Locale.GERMANY,
              "%02d.%02d.2026;%.1f;%,.2f%n",
              1 + i % 28,
              1 + i / 40,
              discount,
              1_000 + 45 * (i == 0 ? 1 : discount)));
    }
    return Files.writeString(dir.resolve("kunden.csv"), rows);
  }
}
