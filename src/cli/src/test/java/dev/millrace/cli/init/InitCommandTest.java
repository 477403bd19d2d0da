package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.console.YamlText;
import dev.millrace.cli.csv.CsvInput;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.csv.DistinctCount;
import dev.millrace.cli.csv.HashBuckets;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitCommandTest {
  private static final int ROWS = 400;

  @TempDir private Path dir;

  @Test
  void aNameThatNoPipelineMayHaveIsBlamedOnTheOption() throws IOException {
    for (String name : List.of("", " ", "a/b", ".x")) {
      Cli cli = Cli.run("init", "--input", payments().toString(), "--name", name);

      assertThat(cli.exitCode()).isEqualTo(2);
      assertThat(cli.err().lines())
          .containsExactly(
              "--name must be 1 to 100 letters, digits, '.', '_' or '-', the first no '.', but was"
                  + " \""
                  + name
                  + '"');
    }
  }

  @Test
  void aSmallSchemaMayHaveMoreFieldsThanAnyMemoryHolds() throws IOException {
    String type = "\"double\"";
    for (int depth = 0; depth < 5; depth++) {
      StringBuilder fields = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        String of = i == 0 || depth == 0 ? type : "\"R" + (depth - 1) + '"';
        fields.append(i == 0 ? "" : ",");
        fields.append("{\"name\":\"f%d\",\"type\":%s}".formatted(i, of));
      }
      type = "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[%s]}".formatted(depth, fields);
    }
    Path schema = Files.writeString(dir.resolve("wide.avsc"), type);

    Cli cli = init("--input", schema.toString(), "--label", "f0.f0.f0.f0.f0");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err()).startsWith("The schema has more than 5,000 fields, those of nested");
  }

  @Test
  void severalLabelsAreTargets() throws IOException {
    StringBuilder rows = new StringBuilder("amount,click,kind,spent\n");
    for (int i = 0; i < 400; i++) {
      rows.append(
          "%d.5,%d,%s,%s\n"
              .formatted(
                  i % 7, i % 3 == 0 ? 1 : 0, "abc".charAt(i % 3), i % 2 == 0 ? "" : i + ".25"));
    }
    Path file = Files.writeString(dir.resolve("shop.csv"), rows);
    Path yaml = dir.resolve("draft.yaml");

    Cli cli = init("--input", file.toString(), "--label", "click,kind,spent");

    assertThat(cli.err()).isEmpty();
    assertThat(cli.out())
        .startsWith(
            "Wrote %s: predicts click (binary), kind (multiclass), spent (regression) from 1 field."
                .formatted(yaml));
    InputSpec input = PipelineFile.read(yaml).input().spec();
    assertThat(input.format()).isEqualTo(InputSpec.Format.JSON);
    assertThat(input.targets())
        .containsExactly(
            new TargetSpec("click", Task.BINARY, List.of("0", "1"), "1", null, null),
            new TargetSpec("kind", Task.MULTICLASS, List.of("a", "b", "c"), null, null, null),
            new TargetSpec("spent", Task.REGRESSION));
    assertThat(input.features()).extracting(FeatureSpec::name).containsExactly("amount");
  }

  @Test
  void severalFieldsOfASchemaAreTargetsWhoseTasksAreGuessed() throws IOException {
    Path schema =
        Files.writeString(
            dir.resolve("visit.avsc"),
            """
            {"type": "record", "name": "Visit", "fields": [{"name": "x", "type": "double"},
              {"name": "click", "type": ["null", "boolean"]}, {"name": "spent", "type": "double"}]}
            """);
    Path yaml = dir.resolve("draft.yaml");

    init("--input", schema.toString(), "--label", "click,spent");

    assertThat(PipelineFile.read(yaml).input().spec().targets())
        .containsExactly(new TargetSpec("click", null), new TargetSpec("spent", null));
  }

  @Test
  void aLabelOfAThousandClassesIsNotGuessedAndItSaysWhy() throws IOException {
    StringBuilder rows = new StringBuilder("amount,class,kind\n");
    for (int i = 0; i < 4_000; i++) {
      rows.append(i * 0.37 % 11).append(",c").append(i % 1_000).append(',').append(i % 7 < 3);
      rows.append('\n');
    }
    Path csv = Files.writeString(dir.resolve("many.csv"), rows);

    Cli cli = init("--input", csv.toString());

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(cli.out())
        .contains("predicts kind (binary)")
        .contains(
            "Not taken for the label: class (1,000 values, and no label of more than 100 classes is"
                + " guessed)\n");
  }

  @Test
  void aLabelOfMoreClassesThanUsualGetsRoomForThem() throws IOException {
    StringBuilder rows = new StringBuilder("amount,class\n");
    for (int i = 0; i < 600; i++) {
      rows.append(i * 0.37 % 11).append(",c").append(i % 150).append('\n');
    }
    Path csv = Files.writeString(dir.resolve("many.csv"), rows);

    Cli cli = init("--input", csv.toString(), "--label", "class");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(PipelineFile.read(dir.resolve("draft.yaml")).input().spec().limits().classes())
        .isEqualTo(150);
  }

  @Test
  void reportsALabelWithMoreClassesThanTheLimit() throws IOException {
    StringBuilder rows = new StringBuilder("amount,class\n");
    for (int i = 0; i < 2_200; i++) {
      rows.append(i * 0.37 % 11).append(",c").append(i % 1_100).append('\n');
    }
    Path csv = Files.writeString(dir.resolve("more.csv"), rows);

    assertThat(init("--input", csv.toString(), "--label", "class").exitCode()).isZero();
    assertThat(dir.resolve("draft.yaml"))
        .content()
        .containsPattern("classes: 1000 +# of .* values; and more there cannot be: the others are");
    assertThat(Cli.run("evaluate", "--input", "" + csv, "--label", "class").err())
        .startsWith("Column \"class\" has about 1,")
        .contains(
            " values, but max 1,000 classes are allowed: rows of other classes are rejected.");
  }

  @Test
  void numbersInAnotherSpellingAreLeftOutAndItSaysWhy() throws IOException {
    StringBuilder rows = new StringBuilder("price;clock;large;y\n");
    for (int i = 0; i < 100; i++) {
      String row = "%s;9:%02d;1152921504606846976;%s\n";
      String price = i % 2 == 0 ? i + ",5" : "1,234." + i;
      rows.append(row.formatted(price, i % 60, i % 3 == 0 ? "a" : "b"));
    }
    Path csv = Files.writeString(dir.resolve("comma.csv"), rows);

    Cli cli = init("--input", csv.toString(), "--label", "y");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .isEqualTo(
            "No field of %s is left for features. Left out: price: numbers, but not written as 1234.5 is; clock: a date or time, but not as ISO 8601 spells it (2026-11-26T09:30); large: always the same\n"
                .formatted(csv));
  }

  @Test
  void reportsAColumnWithValuesThatTheJobRejects() throws IOException {
    StringBuilder rows = new StringBuilder("size,weight,y\n");
    for (int i = 0; i < 100; i++) {
      String size = i == 3 ? "1e300" : i == 4 ? "-inf" : Integer.toString(i * 7 % 50);
      rows.append(size + "," + i * 3 % 40 + "," + (i % 3 == 0 ? "a" : "b") + "\n");
    }
    Path csv = Files.writeString(dir.resolve("large.csv"), rows);

    Cli cli = init("--input", csv.toString(), "--label", "y");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(Files.readString(dir.resolve("draft.yaml")))
        .contains(
            "    - size                                    # 0 to 49, mean 24.5; 2 values beyond"
                + " 3.4e38 are rejected\n")
        .contains("    - weight ");
  }

  @Test
  void aColumnOfNumbersThatOneTextMakesTextSaysWhichText() throws IOException {
    StringBuilder rows = new StringBuilder("age,amount,y\n");
    for (int i = 0; i < 200; i++) {
      String age = i == 7 ? "unknown" : "" + i % 50;
      String amount = i == 9 ? "n.n." : i + ".25";
      rows.append(age + "," + amount + "," + (i % 3 == 0 ? "a" : "b") + "\n");
    }
    Path csv = Files.writeString(dir.resolve("stray.csv"), rows);

    Cli cli = init("--input", csv.toString(), "--label", "y");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(Files.readString(dir.resolve("draft.yaml")))
        .contains(
            "    - { name: age, type: id }                 # 51 values; 199 of 200 values are"
                + " numbers, but not \"unknown\"; leave empty what is not known\n",
            "#   amount: 199 of 200 values are numbers, but not \"n.n.\"; leave empty what is not"
                + " known\n");
  }

  @Test
  void numbersAmongTheTextsOfAColumnAreListedAsTheyAreWritten() throws IOException {
    StringBuilder rows = new StringBuilder("rooms,y\n");
    for (int i = 0; i < 200; i++) {
      String rooms = i % 4 == 3 ? "3+" : i % 4 + ".0";
      rows.append(rooms).append(i % 4 == 2 ? ",a\n" : ",b\n");
    }
    Path csv = Files.writeString(dir.resolve("rooms.csv"), rows);

    init("--input", csv.toString(), "--label", "y");

    Path file = dir.resolve("draft.yaml");
    assertThat(PipelineFile.read(file).input().spec().features())
        .extracting(FeatureSpec::values)
        .containsExactly(List.of("0.0", "1.0", "2.0", "3+"));
  }

  @Test
  void anEndlessSchemaFileIsNotReadToItsEnd() throws IOException {
    Path schema = dir.resolve("large.avsc");
    try (RandomAccessFile file = new RandomAccessFile(schema.toFile(), "rw")) {
      file.setLength(64L << 20);
    }

    Cli cli = init("--input", schema.toString());

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .isEqualTo(
            "Cannot read %s: it has more than 16,777,216 bytes. Is it an Avro schema?\n"
                .formatted(schema));
  }

  @Test
  void draftsAFileFromACsvThatSaysWhatEachColumnIsAndWhy() throws IOException {
    Path csv = payments();

    Cli cli = init("--input", csv.toString());

    Path file = dir.resolve("draft.yaml");
    assertThat(cli.err()).isEmpty();
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out().lines())
        .containsExactly(
            "Wrote " + file + ": predicts class (binary) from 7 fields.",
            "The label is a guess. Choose another one: --label FIELD",
            "One model for all rows. For one model per value of a column: --key shop (5 values,"
                + " about 80 records each; few: see docs/warm-start.md)",
            "Next:  ./millrace validate -c " + file,
            "       ./millrace evaluate -c " + file + " --input " + csv,
            "       ./millrace topics create -c " + file,
            "       ./millrace produce -c " + file + " --input " + csv,
            "       ./millrace run -c " + file);
    assertThat(Files.readString(file))
        .contains("pipeline: payments\n")
        .contains("  label: class                                # 2 values: ok 80 %, fraud 20 %\n")
        .contains("  classes: [fraud, ok]\n")
        .contains("  positive-class: fraud ")
        .contains("  #   shop (5 values, about 80 records each; few: see docs/warm-start.md)\n")
        .contains("  #   row: counts the records\n")
        .contains("    - { name: day, type: time } ")
        .contains("  date-format: \"d.M.yyyy[ H:mm[:ss]]\"\n")
        .contains("    - { name: due, type: time } ")
        .contains("  #   reference: another value in nearly each record\n")
        .contains("  #   currency: always the same\n")
        .contains("- amount ")
        .contains("# 0.52 to 399.5, mean 200\n");
    Settings settings = PipelineFile.read(file);
    InputSpec spec = settings.input().spec();
    assertThat(spec.task()).isEqualTo(Task.BINARY);
    assertThat(settings.metrics().positiveClass()).isEqualTo("fraud");
    assertThat(spec.features())
        .containsExactly(
            new FeatureSpec("day", FeatureSpec.Type.TIME, false, List.of(), 0),
            new FeatureSpec("due", FeatureSpec.Type.TIME, false, List.of(), 0),
            new FeatureSpec("epoch", FeatureSpec.Type.TIME, false, List.of(), 0),
            new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
            new FeatureSpec("shop", FeatureSpec.Type.ONE_HOT, false, shops(), 0),
            new FeatureSpec("card", FeatureSpec.Type.ONE_HOT, true, List.of("amex", "visa"), 0),
            new FeatureSpec("first", FeatureSpec.Type.BOOLEAN, false, List.of(), 0));
  }

  @Test
  void classesAreDeclaredInTheOrderOfTheirNumbers() throws IOException {
    StringBuilder rows = new StringBuilder("amount,grade\n");
    for (int i = 0; i < 300; i++) {
      rows.append(i * 0.37 % 11).append(',').append(i % 11).append('\n');
    }
    Path csv = Files.writeString(dir.resolve("grades.csv"), rows);

    assertThat(init("--input", csv.toString(), "--label", "grade").exitCode()).isZero();

    assertThat(PipelineFile.read(dir.resolve("draft.yaml")).input().spec().classes())
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
  }

  @Test
  void evaluateWithoutAFileDeclaresTheSameClassesAndFeaturesAsInit() throws IOException {
    Path csv = clicks();
    assertThat(init("--input", csv.toString(), "--label", "click").exitCode()).isZero();
    InputSpec drafted = PipelineFile.read(dir.resolve("draft.yaml")).input().spec();

    CsvScan scan = CsvScan.drafted(CsvInput.plain(csv), "click", null, List.of(), null);
    InputSpec evaluated = CsvPipeline.settings(null, "evaluate", scan, null).input().spec();

    assertThat(evaluated.classes()).isEqualTo(drafted.classes()).containsExactly("0", "1");
    assertThat(evaluated.features()).isEqualTo(drafted.features());
  }

  @Test
  void numbersThatAreIdsByTheirNameAreIds() throws IOException {
    Cli cli = init("--input", clicks().toString(), "--label", "click");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(PipelineFile.read(dir.resolve("draft.yaml")).input().spec().features())
        .containsExactly(
            FeatureSpec.ofIds("userId", FeatureSpec.Type.ID, false, IdOptions.ONE),
            FeatureSpec.ofIds("ad", FeatureSpec.Type.ID, false, IdOptions.ONE),
            new FeatureSpec("paid", FeatureSpec.Type.NUMERIC, false, List.of(), 0));
    assertThat(Files.readString(dir.resolve("draft.yaml")))
        .containsPattern(
            "\\{ name: userId, type: id } +# about \\d,\\d+ values; numbers that name things, by"
                + " its name\n");
  }

  @Test
  void textsAreIdsOrListsOrWords() throws IOException {
    StringBuilder rows = new StringBuilder("city,genres,query,memo,click\n");
    List<String> genres = List.of("war", "drama", "film noir", "comedy", "crime", "action");
    for (int i = 0; i < 900; i++) {
      rows.append("New York ").append(i % 70).append(',');
      rows.append(genres.get(i % 6)).append('|').append(genres.get(i / 6 % 6)).append('|');
      rows.append(genres.get(i / 36 % 6)).append(',');
      rows.append("cheap red shoes ").append(i % 40).append(',');
      rows.append("\"paid late, as memo ").append(i).append(" says\",");
      rows.append(i % 33 == 0 ? 1 : 0).append('\n');
    }
    Path csv = Files.writeString(dir.resolve("texts.csv"), rows);

    Cli cli = init("--input", csv.toString(), "--label", "click");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(PipelineFile.read(dir.resolve("draft.yaml")).input().spec().features())
        .containsExactly(
            FeatureSpec.ofIds("city", FeatureSpec.Type.ID, false, IdOptions.ONE),
            FeatureSpec.ofIds("genres", FeatureSpec.Type.SET, false, new IdOptions(16, 1, 0, 1)),
            FeatureSpec.ofIds("query", FeatureSpec.Type.TEXT, false, new IdOptions(32, 1, 0, 1)),
            FeatureSpec.ofIds("memo", FeatureSpec.Type.TEXT, false, new IdOptions(32, 1, 0, 1)));
    assertThat(Files.readString(dir.resolve("draft.yaml")))
        .contains(
            "    - { name: city, type: id }                # 70 values\n",
            "    - { name: genres, type: set, separator: \"|\" }  # 216 values; lists of up to 3"
                + " out of 6 items\n",
            "    - { name: query, type: text }             # 40 values; texts of 3.0 words\n",
            "    - { name: memo, type: text }              # 900 values; texts of 5.0 words\n");
  }

  /** Clicks of 3,000 users on 150 ads: numbers, though they name things. */
  private Path clicks() throws IOException {
    StringBuilder rows = new StringBuilder("userId,ad,paid,click\n");
    for (int i = 0; i < 9_000; i++) {
      rows.append(i * 7_919 % 3_000).append(',').append(i * 31 % 150).append(',');
      rows.append(i * 13 % 997).append(',').append(i % 33 == 0 ? 1 : 0).append('\n');
    }
    return Files.writeString(dir.resolve("clicks.csv"), rows);
  }

  @Test
  void hashedColumnsShareABudgetOfInputs() {
    List<FeatureSpec> features = new ArrayList<>();
    for (int f = 0; f < 26; f++) {
      int buckets = HashBuckets.of(f < 20 ? 5_000 : 20);
      features.add(new FeatureSpec("c" + f, FeatureSpec.Type.HASH, false, List.of(), buckets));
    }

    List<FeatureSpec> fitted = HashBuckets.withinBudget(features);

    assertThat(fitted.stream().mapToInt(FeatureSpec::buckets).sum())
        .isBetween(HashBuckets.BUDGET / 2, HashBuckets.BUDGET);
    assertThat(fitted).allMatch(feature -> feature.buckets() >= HashBuckets.MIN);
  }

  @Test
  void droppedColumnsAreNeitherFeatureNorLabel() throws IOException {
    Cli cli = init("--input", payments().toString(), "--drop", "day,class");

    assertThat(cli.err()).isEmpty();
    assertThat(Files.readString(dir.resolve("draft.yaml")))
        .contains("  #   day: --drop\n")
        .doesNotContain("name: day")
        .doesNotContain("label: class");
    assertThat(init("--force", "--input", payments().toString(), "--drop", "dya").err())
        .startsWith("--drop \"dya\" is not a field of ")
        .contains("Did you mean \"day\"?");
    assertThat(init("--force", "--input", "schemas/training_example.avsc", "--drop", "ts").err())
        .startsWith("--drop does not work with the standard example schema");
  }

  @Test
  void anIdOfTenDigitsIsNoTime() throws IOException {
    StringBuilder csv = new StringBuilder("customer_id,updated,class\n");
    for (int i = 0; i < ROWS; i++) {
      long seconds = 1_500_000_000L + i * 7_919L % 1_000 * 997;
      csv.append("%d,%d,%s\n".formatted(seconds, seconds, i % 3 == 0 ? "a" : "b"));
    }

    init("--input", Files.writeString(dir.resolve("ids.csv"), csv).toString());

    assertThat(Files.readString(dir.resolve("draft.yaml")))
        .contains("  #   customer_id: another value in nearly each record\n")
        .contains("    - { name: updated, type: time } ");
  }

  @Test
  void aKeyIsNoFeatureAndIsPartOfTheNextCommands() throws IOException {
    Cli cli = init("--input", payments().toString(), "--key", "shop", "--label", "class");

    assertThat(cli.out())
        .contains("from 6 fields, one model per shop.")
        .contains(" --key shop\n")
        .doesNotContain("guess");
    assertThat(Files.readString(dir.resolve("draft.yaml"))).doesNotContain("name: shop");
  }

  @Test
  void proposesLagsAndMeansWhereTheRowsShowThem() throws IOException {
    StringBuilder csv = new StringBuilder("hour,sold,shop,noise\n");
    Random random = new Random(3);
    for (int i = 0; i < 3_000; i++) {
      int shop = random.nextInt(5);
      double sold = 40 * Math.sin(i * Math.PI / 12) + 10 * shop + random.nextInt(10);
      csv.append("%d,%.1f,s%d,n%d%n".formatted(i, sold, shop, random.nextInt(5)));
    }
    Path file = Files.writeString(dir.resolve("sales.csv"), csv);

    init("--input", file.toString(), "--label", "sold");

    Path draft = dir.resolve("draft.yaml");
    assertThat(Files.readString(draft))
        .containsPattern(
            "# like the one before: correlation 0\\.\\d\\d; 0\\.\\d\\d at 24, -0\\.\\d\\d at 12")
        .contains("- { lag: sold, steps: [1, 2, 3, 24")
        .contains("- { window: sold, of: all, by: shop, do: [mean, count], smoothing: 10 }")
        .doesNotContain("by: noise");
    assertThat(PipelineFile.read(draft).input().spec().derived()).isEmpty();
    assertThat(uncommented(draft).input().spec().derived()).hasSize(2);
  }

  @Test
  void proposesHowOftenAValueCameLatelyWhereTheLabelFollowsFromIt() throws IOException {
    StringBuilder csv = new StringBuilder("at,card,amount,verdict\n");
    Random random = new Random(5);
    long at = Instant.parse("2026-09-01T00:00:00Z").getEpochSecond();
    for (int i = 0; i < 6_000; i++) {
      int card = random.nextInt(200);
      int payments = random.nextInt(50) == 0 ? 5 : 1;
      for (int p = 0; p < payments; p++) {
        at += p == 0 ? random.nextInt(900) : 40;
        String verdict = p == 0 ? "ok" : "fraud";
        Object[] row = {Instant.ofEpochSecond(at), card, 10 + random.nextInt(90), verdict};
        csv.append("%s,c%d,%d,%s%n".formatted(row));
      }
    }

    init("--input", Files.writeString(dir.resolve("cards.csv"), csv).toString());

    Path draft = dir.resolve("draft.yaml");
    assertThat(Files.readString(draft))
        .containsPattern(
            "# rank correlation 0\\.[5-9]\\d beyond the columns; fraud in \\d\\d\\.\\d % of those"
                + " with at least 1, in \\d\\.\\d % of others")
        .contains("- { window: amount, of: 10m, by: card, do: [count] }\n");
    assertThat(PipelineFile.read(draft).input().spec().derived()).isEmpty();
    InputSpec input = uncommented(draft).input().spec();
    assertThat(input.derived()).isNotEmpty();
    assertThat(input.eventTime()).isEqualTo("at");
  }

  @Test
  void proposesTheLastValueOfANumberWhereTheLabelFollowsFromIt() throws IOException {
    StringBuilder csv = new StringBuilder("pump,load,heat\n");
    Random random = new Random(6);
    double[] last = new double[10];
    for (int i = 0; i < 3_000; i++) {
      int pump = i % 10;
      double load = random.nextDouble();
      double heat = load + 2 * last[pump] + 0.2 * random.nextGaussian();
      last[pump] = load;
      csv.append("p%d,%.4f,%.4f%n".formatted(pump, load, heat));
    }
    String file = Files.writeString(dir.resolve("pumps.csv"), csv).toString();

    init("--input", file, "--label", "heat", "--key", "pump");

    Path draft = dir.resolve("draft.yaml");
    assertThat(Files.readString(draft))
        .containsPattern("# rank correlation 0\\.9\\d beyond the columns\n")
        .contains("- { lag: load, steps: 1 }\n");
    assertThat(uncommented(draft).input().spec().derived()).hasSize(1);
  }

  @Test
  void recordsOfAKeyAreThoseOfTheFileAndNotOfTheSample() throws IOException {
    StringBuilder csv = new StringBuilder("pump,load,heat\n");
    Random random = new Random(12);
    double[] last = new double[700];
    for (int i = 0; i < 70_000; i++) {
      int pump = i % 700;
      double load = random.nextDouble();
      csv.append("p%d,%.4f,%.4f%n".formatted(pump, load, load + 2 * last[pump]));
      last[pump] = load;
    }
    String file = Files.writeString(dir.resolve("pumps.csv"), csv).toString();

    init("--input", file, "--label", "heat", "--key", "pump");

    assertThat(Files.readString(dir.resolve("draft.yaml"))).contains("- { lag: load, steps: 1 }\n");
  }

  @Test
  void proposesNothingWhereEarlierRecordsSayNothing() throws IOException {
    for (String label : List.of("%.3f", "%.0f")) {
      StringBuilder csv = new StringBuilder("at,card,shop,amount,y\n");
      Random random = new Random(7);
      long at = Instant.parse("2026-09-01T00:00:00Z").getEpochSecond();
      for (int i = 0; i < 5_000; i++) {
        at += random.nextInt(1_000);
        int amount = random.nextInt(100);
        // The amount alone says much.
        double y = amount > 90 || random.nextInt(20) == 0 ? 1 : random.nextDouble() * 0.49;
        Object[] row = {Instant.ofEpochSecond(at), random.nextInt(200), random.nextInt(9), amount};
        csv.append("%s,c%d,s%d,%d,".formatted(row)).append(label.formatted(y)).append('\n');
      }
      String file = Files.writeString(dir.resolve("noise.csv"), csv).toString();

      init("--input", file, "--label", "y", "--force");

      assertThat(Files.readString(dir.resolve("draft.yaml")))
          .doesNotContain("derived:")
          .doesNotContain("forecast:")
          .doesNotContain("# event-time");
    }
  }

  @Test
  void proposesToForecastRegularSeriesWithTheirSeasons() throws IOException {
    StringBuilder csv = new StringBuilder("hour,shop,price,sold\n");
    Random random = new Random(8);
    Instant start = Instant.parse("2026-09-01T00:00:00Z");
    for (int i = 0; i < 2_000; i++) {
      double ofDay = 20 * Math.sin(i * Math.PI / 12);
      double ofWeek = i / 24 % 7 < 5 ? 30 : 0;
      for (String shop : List.of("lemon", "olive", "plum")) {
        double sold = 60 + ofDay + ofWeek + 4 * random.nextGaussian();
        Object[] row = {start.plusSeconds(3_600L * i), shop, random.nextInt(5), sold};
        csv.append("%s,%s,%d,%.2f%n".formatted(row));
      }
    }
    String file = Files.writeString(dir.resolve("sales.csv"), csv).toString();

    for (String[] key : new String[][] {{}, {"--key", "shop"}}) {
      List<String> options = new ArrayList<>(List.of("--input", file, "--label", "sold"));
      options.addAll(List.of(key));
      options.add("--force");
      init(options.toArray(String[]::new));

      Path draft = dir.resolve("draft.yaml");
      assertThat(Files.readString(draft))
          .contains("# The records are a series for each shop, with a value every hour.\n")
          .containsPattern(
              "values correlate with those 24 before: 0\\.\\d\\d, 168 before: 0\\.\\d\\d")
          .contains("# forecast: { column: sold, horizons: [1, 24], season: [24, 168] }\n");
      assertThat(PipelineFile.read(draft).input().spec().forecast()).isNull();
      Settings forecasting = forecasting(draft);
      assertThat(forecasting.input().spec().forecast()).isNotNull();
      assertThat(forecasting.input().spec().key()).isEqualTo("shop");
      assertThat(forecasting.input().spec().eventTime()).isEqualTo("hour");
    }
  }

  @Test
  void aSeriesOfMonthsAloneIsForecast() throws IOException {
    StringBuilder csv = new StringBuilder("month,passengers\n");
    for (int i = 0; i < 144; i++) {
      double passengers = (100 + 2 * i) * (1 + 0.3 * Math.sin(i * Math.PI / 6));
      csv.append("%d-%02d,%.0f%n".formatted(1949 + i / 12, i % 12 + 1, passengers));
    }

    Cli cli = init("--input", Files.writeString(dir.resolve("air.csv"), csv).toString());

    assertThat(cli.out()).contains("forecasts passengers from its earlier values.");
    Path draft = dir.resolve("draft.yaml");
    assertThat(Files.readString(draft))
        .contains("# The records are a series, with a value every month.\n")
        .contains("\nforecast: { column: passengers, horizons: [1, 12], season: [12] }\n");
    assertThat(PipelineFile.read(draft).input().spec().forecast()).isNotNull();
  }

  @Test
  void aRandomWalkHasNoSeason() throws IOException {
    StringBuilder csv = new StringBuilder("hour,volume,price\n");
    Random random = new Random(9);
    Instant start = Instant.parse("2026-09-01T00:00:00Z");
    double price = 100;
    for (int i = 0; i < 3_000; i++) {
      price += random.nextGaussian();
      Object[] row = {start.plusSeconds(3_600L * i), random.nextInt(1_000), price};
      csv.append("%s,%d,%.2f%n".formatted(row));
    }
    String file = Files.writeString(dir.resolve("walk.csv"), csv).toString();

    init("--input", file, "--label", "price");

    Path draft = dir.resolve("draft.yaml");
    assertThat(Files.readString(draft))
        .contains("# forecast: { column: price, horizons: [1] }\n")
        .contains("- { lag: price, steps: [1, 2, 3] }\n");
    assertThat(forecasting(draft).input().spec().forecast()).isNotNull();
    assertThat(uncommented(draft).input().spec().derived()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-09-01T00:00:00Z,a b: #,5,1", // one value of everything
        "2026-09-01T00:00:00Z,\"'}\",%d,%d", // no time passes
        "9999-99-99T00:00:00Z,x,%d,%d", // no time
        ",,%d,%d", // missing
        "2026-09-01T00:00:00Z,x,1e308,%d",
        "1949-13,x,nan,%d"
      })
  void oddRowsAreDraftedToo(String row) throws IOException {
    StringBuilder csv = new StringBuilder("at: #,\"a, 'b'\",n {},y\n");
    for (int i = 0; i < 1_000; i++) {
      csv.append(row.formatted(i * 7919 % 101, i * 104_729 % 97)).append('\n');
      csv.append("2026-09-01T01:00:00Z,other,%d,%d%n".formatted(i % 13, i % 89));
    }

    Cli cli =
        init("--input", Files.writeString(dir.resolve("o.csv"), csv).toString(), "--label", "y");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    uncommented(dir.resolve("draft.yaml"));
  }

  @Test
  void rowsOfMoreColumnsThanTheSampleHoldsAreDraftedToo() throws IOException {
    StringBuilder csv = new StringBuilder("y");
    for (int c = 1; c < 200; c++) {
      csv.append(",x").append(c);
    }
    csv.append(",date\n");
    for (int i = 0; i < 100; i++) {
      csv.append(i * 7919 % 101).append(",1".repeat(99)).append(",2".repeat(100));
      csv.append(",2026-%02d-%02d%n".formatted(i / 28 + 1, i % 28 + 1));
    }

    Cli cli = init("--input", "" + Files.writeString(dir.resolve("w.csv"), csv), "--label", "y");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"inf", "-inf"})
  void infinitiesThatTellTheNextLabelAreDraftedToo(String infinity) throws IOException {
    StringBuilder csv = new StringBuilder("x,y\n");
    Random random = new Random(10);
    boolean wasInfinite = false;
    for (int i = 0; i < 3_000; i++) {
      boolean isInfinite = random.nextInt(100) < 15;
      csv.append(isInfinite ? infinity : "" + random.nextInt(99));
      csv.append(wasInfinite ? ",yes\n" : ",no\n");
      wasInfinite = isInfinite;
    }

    Cli cli = init("--input", "" + Files.writeString(dir.resolve("h.csv"), csv), "--label", "y");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
  }

  @Test
  void changesThatNoNumberHoldsAreDraftedToo() throws IOException {
    StringBuilder csv = new StringBuilder("x,y\n");
    Random random = new Random(11);
    String before = "";
    for (int i = 0; i < 3_000; i++) {
      String x = List.of("1e308", "1e308", "-1e308", "-1e308", "" + i).get(random.nextInt(5));
      boolean isJump = x.equals("1e308") && before.equals("-1e308");
      csv.append(x).append(isJump ? ",yes\n" : ",no\n");
      before = x;
    }

    Cli cli = init("--input", "" + Files.writeString(dir.resolve("c.csv"), csv), "--label", "y");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
  }

  @Test
  void aFileWithOneShopAfterTheOtherIsASeriesForEach() throws IOException {
    StringBuilder csv = new StringBuilder("day,shop,sold\n");
    for (String shop : List.of("lemon", "olive", "plum")) {
      for (int i = 0; i < 200; i++) {
        Object[] row = {LocalDate.of(2026, 1, 1).plusDays(i), shop, i % 7 * 10 + i * 31 % 17};
        csv.append("%s,%s,%d%n".formatted(row));
      }
    }

    init("--input", "" + Files.writeString(dir.resolve("s.csv"), csv), "--label", "sold");

    assertThat(Files.readString(dir.resolve("draft.yaml")))
        .contains("# The records are a series for each shop, with a value every day.\n")
        .contains("forecast: { column: sold, horizons: [1, 7], season: [7] }\n");
  }

  @Test
  void theEventTimeOfADraftIsReportedIfItIsInTheFuture() throws IOException {
    StringBuilder csv = new StringBuilder("at,sold\n");
    for (int i = 0; i < 200; i++) {
      Instant at = Instant.parse("2500-01-01T00:00:00Z").plus(Duration.ofHours(i));
      csv.append("%s,%d%n".formatted(at, i % 24 * 10 + i * 31 % 17));
    }

    Cli cli = init("--input", "" + Files.writeString(dir.resolve("s.csv"), csv), "--label", "sold");

    assertThat(Files.readString(dir.resolve("draft.yaml"))).contains("event-time: at\n");
    assertThat(cli.err())
        .startsWith(
            "Event time \"at\" is later than tomorrow in 200 of 200 rows, first"
                + " \"2500-01-01T00:00:00Z\" (s.csv:2): ");
  }

  /** Reads a draft whose derived features and what they need are uncommented. */
  private static Settings uncommented(Path draft) throws IOException {
    String all =
        Files.readString(draft)
            .replaceAll("(?m)^  # (format: json|event-time: .*|derived:.*)$", "  $1")
            .replaceAll("(?m)^  #   - \\{", "    - {");
    return PipelineFile.read(Files.writeString(draft, all));
  }

  /** Reads a draft whose forecast and what it needs are uncommented, as its comment says. */
  private static Settings forecasting(Path draft) throws IOException {
    String all =
        Files.readString(draft)
            .replaceAll("(?m)^  (label|task): .*$", "")
            .replaceAll("(?m)^  # (format: json|event-time: .*|key: .*)$", "  $1")
            .replaceAll("(?m)^# forecast: ", "forecast: ");
    return PipelineFile.read(Files.writeString(draft.resolveSibling("forecast.yaml"), all));
  }

  @Test
  void looksAtNoMoreRowsThanAsked() throws IOException {
    init("--input", payments().toString(), "--limit", "100");

    assertThat(Files.readString(dir.resolve("draft.yaml"))).contains("(100 records)");
  }

  @Test
  void neverReplacesAFileUnlessForced() throws IOException {
    Path file = Files.writeString(dir.resolve("draft.yaml"), "mine");
    String csv = payments().toString();

    Cli refused = init("--input", csv);

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err())
        .isEqualTo(
            file + " exists already. Choose another with --output, or replace it with --force.\n");
    assertThat(file).hasContent("mine");
    assertThat(init("--input", csv, "--force").exitCode()).isZero();
    assertThat(PipelineFile.read(file).pipeline()).isEqualTo("payments");
  }

  @Test
  void writesToStandardOutputWithNothingElse() throws IOException {
    Cli cli = Cli.run("init", "--input", payments().toString(), "-o", "-", "--name", "pay");

    assertThat(cli.exitCode()).isZero();
    assertThat(PipelineFile.parse("-", cli.out(), dir).pipeline()).isEqualTo("pay");
  }

  @Test
  void optionsLeftToUncommentAreValid() throws IOException {
    String text = Cli.run("init", "--input", payments().toString(), "-o", "-").out();

    String all = text.replaceAll("(?m)^# (?=(auto|metrics|output|state):)", "");

    assertThat(all).isNotEqualTo(text);
    assertThat(PipelineFile.parse("-", all, dir).output().publish().predictions()).isTrue();
  }

  @Test
  void draftsAFileFromAnAvroSchemaWithAPathRelativeToIt() throws IOException {
    Files.createDirectories(dir.resolve("schemas"));
    Path schema =
        Files.writeString(
            dir.resolve("schemas/payment.avsc"),
            """
            {"type": "record", "name": "Payment", "fields": [
              {"name": "shop_id", "type": "string"},
              {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "opens", "type": {"type": "int", "logicalType": "time-millis"}},
              {"name": "amount", "type": ["null", "double"]},
              {"name": "card", "type": {"type": "enum", "name": "Card", "symbols": ["VISA", "AMEX"]}},
              {"name": "buyer", "type": {"type": "record", "name": "Buyer", "fields": [
                {"name": "age", "type": "int"}, {"name": "country", "type": "string"}]}},
              {"name": "tags", "type": {"type": "array", "items": "string"}},
              {"name": "verdict", "type": "boolean"}]}
            """);

    Cli cli = init("--input", schema.toString());

    assertThat(cli.err()).isEmpty();
    String text = Files.readString(dir.resolve("draft.yaml"));
    assertThat(text)
        .contains("schema: schemas/payment.avsc")
        .contains("#   tags: of Avro's type array")
        .contains("    - { name: paid_at, type: time }\n")
        .contains("#   opens: a time of day (time-millis)")
        .contains("#   shop_id (its name)");
    InputSpec spec = PipelineFile.read(dir.resolve("draft.yaml")).input().spec();
    assertThat(spec.label()).isEqualTo("verdict");
    assertThat(spec.eventTime()).isEqualTo("paid_at");
    assertThat(spec.features())
        .extracting(FeatureSpec::name)
        .containsExactly("shop_id", "paid_at", "amount", "card", "buyer.age", "buyer.country");
    assertThat(spec.features().get(1).type()).isEqualTo(FeatureSpec.Type.TIME);
    assertThat(spec.features().get(2).nullable()).isTrue();
    assertThat(spec.features().get(3).values()).containsExactly("VISA", "AMEX");
  }

  @Test
  void theStandardSchemaNeedsNoFeatures() throws IOException {
    Cli cli = init("--input", "schemas/training_example.avsc");

    assertThat(cli.err()).isEmpty();
    InputSpec spec = PipelineFile.read(dir.resolve("draft.yaml")).input().spec();
    assertThat(spec.label()).isEqualTo("label");
    assertThat(spec.features()).isEmpty();
    assertThat(spec.schema()).isNull();
  }

  @Test
  void wrongUsageIsOneLineWithTheWayOut() throws IOException {
    assertThat(init().err()).startsWith("--input FILE or --topic TOPIC is missing");
    assertThat(init("--input", payments().toString(), "--label", "clas").err())
        .contains("--label \"clas\" is not a field of ")
        .contains("Did you mean \"class\"?")
        .contains(
            "Fields: row, day, due, epoch, amount, shop, reference, currency, card, first, class");
    assertThat(init("--input", dir.resolve("no.csv").toString()).err())
        .isEqualTo("There is no file " + dir.resolve("no.csv") + ".\n");
    Path one = Files.writeString(dir.resolve("one.csv"), "a\n1\n");
    assertThat(init("--input", one.toString()).err())
        .contains("has one column, a: there is nothing to predict it from.");
    Path noSchema = Files.writeString(dir.resolve("no.avsc"), "{");
    assertThat(init("--input", noSchema.toString()).err())
        .startsWith(noSchema + " is not an Avro schema: Unexpected end-of-input")
        .hasLineCount(1);
    Path binary = Files.write(dir.resolve("binary.avsc"), new byte[] {(byte) 0xC3, 1, (byte) 0xFF});
    assertThat(init("--input", binary.toString()).err())
        .isEqualTo(binary + " is not UTF-8 text; an Avro schema is JSON.\n");
    assertThat(Cli.run("init", "--input", payments().toString(), "-o", dir.toString()).err())
        .isEqualTo("--output " + dir + " is a folder. Name a file in it.\n");
  }

  @Test
  void thePageShowsWhatInitWrites() throws IOException {
    String page = Files.readString(Path.of("docs", "send-data.md"));
    String command =
        page.lines()
            .filter(line -> line.matches("\\./millrace init --input .*storms.*"))
            .findFirst()
            .orElseThrow();

    Cli yaml = Cli.run((command.substring("./millrace ".length()) + " -o -").split(" +"));

    assertThat(page).contains("```yaml\n" + yaml.out() + "```");
  }

  @Test
  void anyTextIsReadBackFromTheFileAsItWas() {
    long seed = 17;
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      String text =
          random
              .ints(1 + random.nextInt(12), 0, 0x600)
              .mapToObj(c -> Character.toString(random.nextInt(4) == 0 ? c : c % 128))
              .collect(Collectors.joining("", "x", "x"));
      String label = i == 0 ? "null" : i == 1 ? "\ud83d\ude00\u2028\ufffe" : text;
      String yaml =
          "pipeline: p\nkafka: { bootstrap.servers: localhost:9092 }\ninput: { label: %s }\n"
              .formatted(YamlText.of(label));

      assertThat(PipelineFile.parse("p", yaml, dir).input().spec().label())
          .as("seed %d, text %d", seed, i)
          .isEqualTo(label);
    }
  }

  @Test
  void distinctTextsAreCountedExactlyAndThenEstimated() {
    DistinctCount count = new DistinctCount();
    for (int i = 0; i < 2_000; i++) {
      count.add("key-" + i % 1_000);
    }
    assertThat(count.isExact()).isTrue();
    assertThat(count.estimate()).isEqualTo(1_000);

    for (int i = 0; i < 50_000; i++) {
      count.add("key-" + i);
    }
    assertThat(count.isExact()).isFalse();
    assertThat(count.estimate()).isBetween(45_000L, 55_000L);
  }

  private Cli init(String... options) {
    List<String> args = new ArrayList<>(List.of("init"));
    args.addAll(List.of(options));
    args.addAll(List.of("-o", dir.resolve("draft.yaml").toString()));
    return Cli.run(args.toArray(String[]::new));
  }

  private static List<String> shops() {
    return List.of("s0", "s1", "s2", "s3", "s4");
  }

  private Path payments() throws IOException {
    StringBuilder csv =
        new StringBuilder("row,day,due,epoch,amount,shop,reference,currency,card,first,class\n");
    for (int i = 0; i < ROWS; i++) {
      csv.append(
          "%d,2026-11-%02d,%02d.11.2026,%d,%s,s%d,r%d,EUR,%s,%s,%s\n"
              .formatted(
                  i + 1,
                  1 + i % 28,
                  1 + i % 28,
                  1_795_694_400L + i / 2 * 600L,
                  i + 0.52,
                  i % 5,
                  i,
                  i % 10 == 0 ? "NA" : i % 2 == 0 ? "visa" : "amex",
                  i % 3 == 0,
                  i % 5 == 2 ? "fraud" : "ok"));
    }
    return Files.writeString(dir.resolve("payments.csv"), csv);
  }
}
