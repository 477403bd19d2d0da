package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.init.FileProfiler;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.CellNotation;
import dev.millrace.input.CellNotation.Mark;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.Records;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  @Test
  void recordsOfAFileAndLinesOfItInAJobAreTheSame() throws IOException {
    String header = "user,order,paid,day,city,share,class";
    List<String> rows =
        List.of(
            "1.234,1.000,\"1.234,5\",24.12.2026,10%,50%,50%",
            "1234,(5),7%,25.12.2026,1.234,1.234,50", "a,b,7,25.12.2026,1.234,1.234,1.000");
    Path file =
        Files.writeString(dir.resolve("t.csv"), header + "\n" + String.join("\n", rows) + "\n");
    CellNotation german = new CellNotation(Mark.COMMA, Mark.POINT, "d.M.yyyy");
    InputSpec lines =
        InputSpec.DEFAULT.with(
            to -> {
              to.format = InputSpec.Format.CSV;
              to.columns = List.of(header.split(","));
              to.notation = german;
              to.key = "user";
              to.id = "order";
              to.label = "class";
              to.task = Task.MULTICLASS;
              to.features =
                  List.of(
                      feature("paid", FeatureSpec.Type.NUMERIC),
                      feature("day", FeatureSpec.Type.TIME),
                      new FeatureSpec(
                          "city", FeatureSpec.Type.ONE_HOT, false, List.of("10%", "1.234"), 0),
                      new FeatureSpec("share", FeatureSpec.Type.HASH, false, List.of(), 8));
            });
    InputSpec objects =
        lines.with(
            to -> {
              to.format = InputSpec.Format.JSON;
              to.columns = List.of();
              to.notation = CellNotation.PLAIN;
            });
    CsvScan scan =
        CsvScan.of(
            new CsvInput(file, german), objects, "class", "user", List.of(), Task.MULTICLASS);

    List<String> ofJob = new ArrayList<>();
    for (String row : rows) {
      ofJob.add(decoded(lines, row.getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(ofJob.get(0)).startsWith("1.234 1.000 50% [1234.5, ");
    assertThat(ofJob.get(1)).startsWith("1234 (5) 50 [7.0, ");
    InputSpec evaluated = lines.with(to -> to.notation = CellNotation.PLAIN);
    List<String> ofRecords = new ArrayList<>();
    List<String> ofLines = new ArrayList<>();
    try (CsvExamples examples =
        new CsvExamples(scan, 0, 1, CsvExamples.Format.JSON, RowPart.ALL, objects, 0)) {
      while (examples.next()) {
        ofRecords.add(decoded(objects, examples.value()));
        ofLines.add(decoded(evaluated, examples.line()));
      }
    }
    assertThat(ofRecords).isEqualTo(ofJob);
    assertThat(ofLines).isEqualTo(ofJob);
  }

  private static FeatureSpec feature(String name, FeatureSpec.Type type) {
    return new FeatureSpec(name, type, false, List.of(), 0);
  }

  private static String decoded(InputSpec spec, byte[] value) {
    Example example = new Example();
    assertThat(new ExampleDecoder(spec).decode(Records.record("k", value, 1), example)).isNull();
    return "%s %s %s %s"
        .formatted(
            example.key,
            new String(example.id, 0, example.idLength, StandardCharsets.UTF_8),
            example.label,
            Arrays.toString(Arrays.copyOf(example.features, example.width)));
  }

  @Test
  void theGuessOfAColumnDecidesWhetherItIsConverted() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("t.csv"),
            "shop,paid,note,y\n"
                + "1.234,1.234,1.234,50%\n"
                + "1234,\"2,5\",(5),some\n"
                + "17,\"2,5\",none such,50%\n");
    CellNotation german = new CellNotation(Mark.COMMA, Mark.POINT, null);

    CsvScan scan = CsvScan.scan(new CsvInput(file, german), "y", "shop", List.of(), null);

    assertThat(scan.labels()).containsExactly("50%", "some");
    assertThat(scan.features())
        .containsExactly(
            feature("paid", FeatureSpec.Type.NUMERIC),
            new FeatureSpec(
                "note", FeatureSpec.Type.ONE_HOT, false, List.of("(5)", "1.234", "none such"), 0));
    try (CsvExamples examples = new CsvExamples(scan, 0, 1)) {
      examples.next();
      assertThat(examples.key()).isEqualTo("1.234");
      assertThat(new String(examples.line(), StandardCharsets.UTF_8))
          .isEqualTo("\"1.234\",\"1234\",\"1.234\",\"50%\"");
    }
  }

  @Test
  void initDeclaresClassesAsTheyAreWritten() throws IOException {
    StringBuilder rows = new StringBuilder("Betrag;Rabatt\n");
    for (int i = 0; i < 200; i++) {
      rows.append(i * 37 % 101)
          .append(",5;")
          .append(i * 37 % 101 < 50 ? "10%" : "1.000")
          .append('\n');
    }
    Path file = Files.writeString(dir.resolve("klassen.csv"), rows);
    Path pipeline = dir.resolve("klassen.yaml");

    Cli.run("init", "--input=" + file, "--label=Rabatt", "--output=" + pipeline);

    assertThat(pipeline).content().contains("decimal: \",\"", "classes: [\"1.000\", \"10%\"]");
    Cli evaluate = Cli.run("evaluate", "--config=" + pipeline, "--input=" + file, "--json");
    assertThat(evaluate.err()).isEmpty();
    assertThat(evaluate.out()).startsWith("{\"examples\":200,");
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
    try (CsvFile file = new CsvFile(input.path())) {
      return FieldProfile.ofColumns(file, input.notation(), Long.MAX_VALUE);
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
