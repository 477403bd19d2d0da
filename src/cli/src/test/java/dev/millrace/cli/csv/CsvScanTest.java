package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.Cli;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.init.FileProfiler;
import dev.millrace.cli.init.InputProfile;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvScanTest {
  @TempDir private Path dir;

  @Test
  void turnsEachKindOfColumnIntoFeaturesInFileOrder() throws IOException {
    CsvScan scan =
        scan("n,flag,color,y\n1.5,true,red,a\n-2e3,FALSE,blue,b\nNA,true,,a\n", "y", null);

    assertThat(scan.rows()).isEqualTo(3);
    assertThat(scan.task()).isEqualTo(Task.BINARY);
    assertThat(scan.features())
        .containsExactly(
            new FeatureSpec("n", FeatureSpec.Type.NUMERIC, true, List.of(), 0),
            new FeatureSpec("flag", FeatureSpec.Type.BOOLEAN, false, List.of(), 0),
            new FeatureSpec("color", FeatureSpec.Type.ONE_HOT, true, List.of("blue", "red"), 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"evaluate", "produce", "init"})
  void theLabelIsNeitherTheKeyNorLeftOut(String command) throws IOException {
    Path file = Files.writeString(dir.resolve("t.csv"), "x,y\n1,a\n2,b\n");
    List<String> start = new ArrayList<>(List.of(command, "--input=" + file, "--label=y"));
    if (!command.equals("evaluate")) {
      start.add("--bootstrap-server=localhost:1");
    }

    assertThat(refusal(start, "--key=y"))
        .isEqualTo(
            "The key must be another column than the label, but both are \"y\" (--key, --label).");
    assertThat(refusal(start, "--drop=y"))
        .isEqualTo(
            "--drop leaves out the label, \"y\". Remove it there, or predict another column with"
                + " --label.");
  }

  private static String refusal(List<String> start, String option) {
    List<String> arguments = new ArrayList<>(start);
    arguments.add(option);
    Cli run = Cli.run(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).isEqualTo(2);
    return run.err().strip();
  }

  @Test
  void datesAreTimesIfAllAre() throws IOException {
    CsvScan scan =
        scan(
            "at,due,y\n2026-11-26 09:30,2026-11-26,a\nNA,26.11.2026,b\n2026-11-27T10:00Z,?,b\n",
            "y",
            null);

    assertThat(scan.features())
        .containsExactly(
            new FeatureSpec("at", FeatureSpec.Type.TIME, true, List.of(), 0),
            new FeatureSpec(
                "due", FeatureSpec.Type.ONE_HOT, true, List.of("2026-11-26", "26.11.2026"), 0));
  }

  @Test
  void saysWhichNumbersAreTakenAsText() throws IOException {
    CsvScan scan =
        scan(
            "comma,money,share,stray,name,y\n"
                + "\"0,23\",\"$1,234.50\",12 %,1,a,u\n"
                + "\"-1,5\",\"$4,711.00\",7 %,oops,b,v\n"
                + "NA,\"$8,000.00\",9%,2,c,v\n"
                + "\"3,0\",\"$1,000.00\",9%,3,7,v\n".repeat(9),
            "y",
            null);

    assertThat(scan.warnings())
        .containsExactly(
            "Column \"comma\" is taken as text: a number is written as 1234.5 is, but was \"0,23\""
                + " (data.csv:2).",
            "Column \"money\" is taken as text: a number is written as 1234.5 is, but was"
                + " \"$1,234.50\" (data.csv:2). Read it with --thousands ,",
            "Column \"share\" is taken as text: a number is written as 1234.5 is, but was \"12 %\""
                + " (data.csv:2). Read it with --thousands ,",
            "Column \"stray\" is taken as text: 11 of 12 values are numbers, but not \"oops\""
                + " (data.csv:3). Leave empty what is not known.");
  }

  @Test
  void oneTextAmongManyNumbersIsReported() throws IOException {
    StringBuilder rows = new StringBuilder("x,code,y\n");
    for (int i = 0; i < 60; i++) {
      String code = i % 3 == 0 ? "A" + i % 2 : "" + i;
      rows.append(i % 3 == 0 ? "-" : "" + i / 7.0).append(',').append(code).append(",a\n");
    }

    assertThat(scan(rows.toString(), "y", null).warnings())
        .containsExactly(
            "Column \"x\" is taken as text: 40 of 60 values are numbers, but not \"-\""
                + " (data.csv:2). Leave empty what is not known.");
  }

  @Test
  void saysWhichDatesAreTakenAsText() throws IOException {
    CsvScan scan =
        scan(
            "iso,dots,slashes,clock,some,version,y\n"
                + "2026-11-26,26.11.2026,2026/11/26 9:30,9:30,26.11.2026,1.2.3-rc,u\n"
                + "2026-11-27 09:30,2026-11-26,11/26/26 9:30 PM,09:30:00,soon,1.2.4,v\n",
            "y",
            null);

    String option = " Read it with --date-format \"d.M.yyyy[ H:mm[:ss]]\"";
    String is = "\" is taken as text: a date or time is written as 2026-11-26T09:30 is, but was \"";
    assertThat(scan.warnings())
        .containsExactly(
            "Column \"dots" + is + "26.11.2026\" (data.csv:2)." + option,
            "Column \"slashes" + is + "2026/11/26 9:30\" (data.csv:2).",
            "Column \"clock" + is + "9:30\" (data.csv:2).");
  }

  @Test
  void saysWhichNumbersAreTooCloseForAModel() throws IOException {
    CsvScan scan =
        CsvScan.scan(
            write("x,y\n1.5,1764150000000.25\n1e6,1764150060000.5\n"),
            "y",
            null,
            List.of(),
            Task.REGRESSION);

    assertThat(scan.warnings())
        .containsExactly(
            "Column \"y\" goes from 1764150000000 to 1764150060000, where models cannot distinguish"
                + " numbers less than 131072 apart. Count from a nearer zero: minutes until, not"
                + " the time.");
  }

  @Test
  void saysWhichEventTimesAreLaterThanTomorrow() throws IOException {
    Instant now = Instant.now();
    String rows =
        "at,written,x,y\n%s,%s,1,a\n%s,%s,2,b\n16725225600000,2500-01-01T00:00:00+01:00,3,a\n"
            .formatted(
                now.plus(Duration.ofHours(1)).toEpochMilli(),
                now.plus(Duration.ofHours(1)),
                now.plus(Duration.ofDays(2)).toEpochMilli(),
                now.plus(Duration.ofDays(2)));

    String first = now.plus(Duration.ofDays(2)).toEpochMilli() + "\" (data.csv:3)";
    assertThat(ofPipeline("at", rows).allWarnings())
        .containsExactly(
            "Event time \"at\" is later than tomorrow in 2 of 3 rows, first \""
                + first
                + ": evaluate moves windows and the ttl of ids of a key to that time, a job to at"
                + " most one hour ahead of its clock. Correct or remove these rows.");
    assertThat(ofPipeline("written", rows).allWarnings())
        .singleElement()
        .asString()
        .startsWith("Event time \"written\" is later than tomorrow in 2 of 3 rows, first \"");
    assertThat(ofPipeline(null, rows).allWarnings()).isEmpty();
  }

  private CsvScan ofPipeline(String eventTime, String rows) throws IOException {
    InputSpec spec =
        InputSpec.DEFAULT.with(
            to -> {
              to.eventTime = eventTime;
              to.features =
                  List.of(new FeatureSpec("x", FeatureSpec.Type.NUMERIC, false, List.of(), 0));
            });
    return CsvScan.of(CsvInput.plain(write(rows)), spec, "y", null, List.of(), null);
  }

  @Test
  void saysWhatElseAFeatureOfLargeNumbersCanBe() throws IOException {
    CsvScan scan =
        scan(
            "cust,when3,y\n9000000001,1764150000,a\n9000000002,1764150060,b\n"
                + "9000000003,1764150120,a\n",
            "y",
            null);

    assertThat(scan.warnings()).hasSize(2);
    assertThat(scan.warnings().get(0))
        .endsWith(
            " apart. If it is an ID, leave it out (--drop \"cust\"), or declare"
                + " { name: cust, type: hash } in the pipeline file.");
    assertThat(scan.warnings().get(1))
        .endsWith(" apart. In the pipeline file declare a time: { name: when3, type: time }.");
  }

  @Test
  void saysThatAColumnCountsTheRows() throws IOException {
    String rows =
        IntStream.range(7, 57)
            .mapToObj(i -> "%d,%d,%s\n".formatted(i, i % 5, i % 3 == 0 ? "a" : "b"))
            .collect(Collectors.joining());

    Path file = write("row,x,y\n" + rows);

    assertThat(CsvScan.scan(file, "y", null, List.of()).warnings())
        .containsExactly(
            "Column \"row\" counts the rows, which does not help to predict later rows: leave it"
                + " out with --drop \"row\".");
    assertThat(CsvScan.scan(file, "row", null, List.of(), Task.REGRESSION).warnings()).isEmpty();
    // One more than 2^53 is the same number.
    String same = "9007199254740992,5,a\n".repeat(60);
    assertThat(scan("row,x,y\n" + same, "y", null).warnings()).isEmpty();
    String name = "the_number_of_the_row_in_the_file_of_last_year";
    assertThat(scan(name + ",x,y\n" + rows, "y", null).warnings().get(0))
        .endsWith(" leave it out with --drop \"" + name + "\".");
  }

  @Test
  void aStreamIsNoFile() {
    assertThatThrownBy(() -> CsvScan.scan(Path.of("-"), "y", null, List.of()))
        .hasMessage(
            "- cannot be read: the file is read more than once. Save it under a name first.");
  }

  @Test
  void namesWithCommasCanBeLeftOut() throws IOException {
    Path file = write("x,\"the, note\",\"a,b\",y\n1,2,3,u\n4,5,6,v\n");
    // As the command line cuts them.
    List<List<String>> cut =
        List.of(List.of("x", "the", " note", "a", "b"), List.of("\"the, note\"", "x", "\"a,b\""));
    for (List<String> drop : cut) {
      assertThatThrownBy(() -> CsvScan.scan(file, "y", null, drop))
          .hasMessageEndingWith("has no column left for features.");
    }
    assertThatThrownBy(() -> CsvScan.scan(file, "y", null, List.of("the", " not")))
        .hasMessage(
            "--drop \"the\" is not a column of %s.%nColumns: x, \"the, note\", \"a,b\", y", file);
    Cli init = Cli.run("init", "--input", file + "", "--drop", "the, note,x", "-o", "-");
    assertThat(init.err()).isEmpty();
    assertThat(init.out()).contains("#   the, note: --drop\n").doesNotContain("- x");
  }

  @Test
  void knowsTheRarerOfTwoClasses() throws IOException {
    assertThat(scan("x,y\n1,ok\n2,fraud\n3,ok\n", "y", null).rarerClass()).isEqualTo("fraud");
    assertThat(scan("x,y\n1,ok\n2,fraud\n3,fraud\n", "y", null).rarerClass()).isEqualTo("ok");
    assertThat(scan("x,y\n1,ok\n2,fraud\n", "y", null).rarerClass()).isEqualTo("ok");
    assertThat(scan("x,y\n1,1.0\n2,0\n3,0\n", "y", null).rarerClass()).isEqualTo("1");
    assertThat(scan("x,y\n1,a\n2,b\n3,c\n4,a\n", "y", null).rarerClass()).isNull();
    assertThat(scan("x,y\n1,0.5\n2,1.5\n", "y", null).rarerClass()).isNull();
  }

  @Test
  void warnsOfALabelThatIsTakenAsTextButNotOfWhatIsLeftOut() throws IOException {
    Path file = write("x,y\n1,\"0,5\"\n2,\"0,7\"\n");
    assertThat(CsvScan.scan(file, "y", null, List.of(), Task.BINARY).warnings()).hasSize(1);
    assertThat(scan("x,y\n1,1764150000\n2,1764150001\n", "y", null).warnings()).isEmpty();
    assertThat(CsvScan.scan(write("x,z,y\n1,\"0,5\",a\n"), "y", null, List.of("z")).warnings())
        .isEmpty();
  }

  @Test
  void hashesTextWithMoreThan32Values() throws IOException {
    assertThat(featureOf(32).type()).isEqualTo(FeatureSpec.Type.ONE_HOT);
    assertThat(featureOf(33))
        .isEqualTo(new FeatureSpec("t", FeatureSpec.Type.HASH, false, List.of(), 64));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 10, 30, 60, 100})
  void textWithACommaInSomeCellsIsText(int percent) throws IOException {
    String[] words = "my order never came and i want money back please help me now".split(" ");
    Random random = new Random(percent);
    String rows =
        IntStream.range(0, 2_000)
            .mapToObj(
                r ->
                    random
                            .ints(7, 0, words.length)
                            .mapToObj(w -> words[w])
                            .collect(Collectors.joining(" "))
                        + (r % 100 < percent ? ", thanks" : ""))
            .map(text -> "\"%s\",%d%n".formatted(text, text.length() % 2))
            .collect(Collectors.joining());

    assertThat(kindOf("subject", rows)).isEqualTo(FeatureSpec.Type.TEXT);
  }

  @Test
  void listsOfItemsThatRecurAreSets() throws IOException {
    Random random = new Random(1);
    String rows =
        IntStream.range(0, 2_000)
            .mapToObj(
                r ->
                    random
                        .ints(random.nextInt(4), 0, 40)
                        .mapToObj(item -> "topic " + item)
                        .collect(Collectors.joining(", ")))
            .map(text -> "\"%s\",%d%n".formatted(text, text.length() % 2))
            .collect(Collectors.joining());

    assertThat(kindOf("topics", rows)).isEqualTo(FeatureSpec.Type.SET);
  }

  private FeatureSpec.Type kindOf(String column, String rows) throws IOException {
    Path file = Files.writeString(dir.resolve("kind.csv"), column + ",y\n" + rows);
    return CsvScan.drafted(CsvInput.plain(file), "y", null, List.of(), null)
        .features()
        .get(0)
        .type();
  }

  @Test
  void leavesOutLabelKeyAndDroppedColumns() throws IOException {
    CsvScan scan = CsvScan.scan(write("k,a,b,c,y\nx,1,2,3,u\n"), "y", "k", List.of("a", "c"));

    assertThat(scan.features()).extracting(FeatureSpec::name).containsExactly("b");
    assertThat(scan.keyColumn()).isZero();
  }

  @Test
  void takesFewIntegersAsClassesAndOtherNumbersAsTargets() throws IOException {
    assertThat(scan("x,y\n1,0\n2,1\n", "y", null).task()).isEqualTo(Task.BINARY);
    assertThat(scan("x,y\n1,0\n2,1\n3,2\n", "y", null).task()).isEqualTo(Task.MULTICLASS);
    assertThat(scan("x,y\n1,0.5\n2,1\n", "y", null).task()).isEqualTo(Task.REGRESSION);
    assertThat(scan(integers(20), "y", null).task()).isEqualTo(Task.MULTICLASS);
    assertThat(scan(integers(21), "y", null).task()).isEqualTo(Task.REGRESSION);
  }

  @Test
  void namesTheClassesAsTheJobDoes() throws IOException {
    assertThat(scan("x,y\n1,1.0\n2,0.0\n3,1\n", "y", null).labels()).containsExactly("0", "1");
    assertThat(scan(integers(33), "y", null).labels()).isEmpty();
  }

  @Test
  void draftsTimesWhereInitDoes() throws IOException {
    Path file =
        write(
            """
            seconds,millis,day,number,two,mixed,y
            1795694400,1795694400000,20261130,1795694400,1795694400,1795694400,u
            1795694460,1795694460000,20261201,1795694460,1795694460,7,v
            1795694520,,20261202,1795694520,1795694400,20261202,u
            1795694520,1795694520000,20261203,1795694580,1795694400,5,v
            """);

    List<FeatureSpec> drafted =
        CsvScan.drafted(CsvInput.plain(file), "y", null, List.of(), null).features();

    assertThat(drafted)
        .extracting(FeatureSpec::type)
        .containsExactly(
            FeatureSpec.Type.TIME,
            FeatureSpec.Type.TIME,
            FeatureSpec.Type.TIME,
            FeatureSpec.Type.NUMERIC,
            FeatureSpec.Type.NUMERIC,
            FeatureSpec.Type.NUMERIC);
    InputProfile profile = FileProfiler.csv(file, new NotationOptions(), 100);
    assertThat(profile.fields().subList(0, 6))
        .extracting(field -> field.toFeature(profile.records(), true))
        .isEqualTo(drafted);
    assertThat(CsvScan.scan(file, "y", null, List.of()).features())
        .as("without a draft, a number is a number")
        .extracting(FeatureSpec::type)
        .containsOnly(FeatureSpec.Type.NUMERIC);
  }

  @Test
  void doesNotTakeJavaLiteralsForNumbers() throws IOException {
    CsvScan scan = scan("a,b,y\n1d,0x1p3,u\n2f,7,v\n", "y", null);

    assertThat(scan.features())
        .extracting(FeatureSpec::type)
        .containsOnly(FeatureSpec.Type.ONE_HOT);
  }

  @Test
  void appliesAGivenTaskAndRejectsTextAsARegressionTarget() throws IOException {
    Path integers = write("x,y\n1,0\n2,1\n");
    assertThat(CsvScan.scan(integers, "y", null, List.of(), Task.REGRESSION).task())
        .isEqualTo(Task.REGRESSION);

    Path text = write("x,y\n1,no\n2,yes\n");
    assertThatThrownBy(() -> CsvScan.scan(text, "y", null, List.of(), Task.REGRESSION))
        .hasMessageContaining("Task regression needs numbers; column \"y\"");
  }

  @Test
  void namesTheColumnsThereAreWhenOneIsUnknown() throws IOException {
    Path file = write("date,price,class\n1,2,u\n");

    assertThatThrownBy(() -> CsvScan.scan(file, "clas", null, List.of()))
        .isInstanceOfSatisfying(CliError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("--label \"clas\" is not a column of")
        .hasMessageContaining("Did you mean \"class\"?")
        .hasMessageContaining("Columns: date, price, class");
    assertThatThrownBy(() -> CsvScan.scan(file, "class", "shop", List.of()))
        .hasMessageContaining("--key \"shop\"");
    assertThatThrownBy(() -> CsvScan.scan(file, "class", null, List.of("zzz")))
        .hasMessageContaining("--drop \"zzz\"")
        .hasMessageNotContaining("Did you mean");
  }

  @Test
  void countsMissingLabelsAndSaysWhereTheFirstIs() throws IOException {
    Path file = write("x,y\n1,u\n2,NA\n3,\n");

    CsvScan scan = CsvScan.scan(file, "y", null, List.of());
    assertThat(scan.allWarnings())
        .containsExactly(
            "The label column \"y\" has no value in 2 of 3 rows (first: data.csv:3, \"NA\"): dead"
                + " letters with reason missing-label; if \"NA\" is a value, write it in another"
                + " way.");
    assertThat(scan.classes()).isEqualTo(1);
    Path gaps = write("x,y\n1,u\n2,\n3,v\n");
    assertThatThrownBy(() -> CsvScan.scan(gaps, "x", "y", List.of()))
        .hasMessage(
            "The key column \"y\" has no value in 1 of 3 rows (first: data.csv:3). Remove those"
                + " rows.");
    Path none = write("x,y\n1,\n2,NA\n");
    assertThatThrownBy(() -> CsvScan.scan(none, "y", null, List.of()))
        .hasMessage("The label column \"y\" has no value in any of 2 rows.");
  }

  @Test
  void rejectsAFileWithNothingToLearnFrom() throws IOException {
    Path headerOnly = write("x,y\n");
    assertThatThrownBy(() -> CsvScan.scan(headerOnly, "y", null, List.of()))
        .hasMessageContaining("has a header and no rows");

    Path labelOnly = write("y\nu\n");
    assertThatThrownBy(() -> CsvScan.scan(labelOnly, "y", null, List.of()))
        .hasMessageContaining("no column left for features");
  }

  private FeatureSpec featureOf(int distinctValues) throws IOException {
    String rows =
        IntStream.range(0, distinctValues)
            .mapToObj(i -> "v" + i + ",u\n")
            .collect(Collectors.joining());
    return scan("t,y\n" + rows, "y", null).features().get(0);
  }

  private static String integers(int distinctValues) {
    return IntStream.range(0, distinctValues)
        .mapToObj(i -> "0," + i + "\n")
        .collect(Collectors.joining("", "x,y\n", ""));
  }

  private CsvScan scan(String text, String label, String key) throws IOException {
    return CsvScan.scan(write(text), label, key, List.of());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(dir.resolve("data.csv"), text);
  }
}
