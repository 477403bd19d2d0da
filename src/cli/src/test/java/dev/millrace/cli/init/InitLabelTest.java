package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.config.PipelineFile;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The label that {@code init} picks where none is named. */
class InitLabelTest {
  @TempDir private Path dir;

  @Test
  void theNumberOfSeriesIsForecastForEachOfTheirKeys() throws IOException {
    Random random = new Random(1);
    StringBuilder rows = new StringBuilder("date,units,store,promo\n");
    LocalDate start = LocalDate.of(2025, 1, 1);
    for (int day = 0; day < 400; day++) {
      for (String store : List.of("north", "south", "west")) {
        double units = 60 + (day % 7 < 5 ? 30 : 0) + 4 * random.nextGaussian();
        Object[] row = {start.plusDays(day), Math.round(units), store, random.nextInt(2)};
        rows.append("%s,%d,%s,%d%n".formatted(row));
      }
    }
    Path file = Files.writeString(dir.resolve("sales.csv"), rows);

    Cli guessed = init(file);

    assertThat(guessed.out())
        .contains("predicts units (regression) from 2 fields, one model per store.");
    String draft = Files.readString(dir.resolve("draft.yaml"));
    assertThat(draft)
        .contains("# The records are a series for each store, with a value every day.\n")
        .contains("# forecast: { column: units, horizons: [1, 7], season: [7] }\n");
    init(file, "--label=units", "--key=store");
    assertThat(dir.resolve("draft.yaml")).content().isEqualTo(draft);
  }

  @Test
  void aColumnOfListsIsASetOfLabels() throws IOException {
    Path file = news(",");

    assertThat(init(file).out()).contains("predicts topics (multilabel) from 2 fields.");
    InputSpec guessed = draft();
    init(file, "--label=topics");

    assertThat(draft()).isEqualTo(guessed);
    assertThat(guessed.task()).isEqualTo(Task.MULTILABEL);
    assertThat(guessed.labelSeparator()).isEqualTo(",");
    assertThat(guessed.classes()).containsExactly("art", "film", "food", "law", "work");
    assertThat(dir.resolve("draft.yaml"))
        .content()
        .containsPattern("  label: topics +# sets of up to 3 of 5 labels: \\w+ \\d+ %, ");
    init(news("|"), "--label=topics");
    assertThat(draft().labelSeparator()).isEqualTo("|");
  }

  @Test
  void aColumnOfListsThatIsNoLabelIsASetHoweverFewCombinationsThereAre() throws IOException {
    init(news(","), "--label=site");

    assertThat(draft().features())
        .extracting(FeatureSpec::type)
        .containsExactly(FeatureSpec.Type.NUMERIC, FeatureSpec.Type.SET);
  }

  @Test
  void anAmountIsALabelRatherThanAKeyOrACategory() throws IOException {
    Random random = new Random(1);
    StringBuilder rows = new StringBuilder("customer,amount,country,weight\n");
    for (int i = 0; i < 500; i++) {
      int customer = random.nextInt(40);
      double amount = 9 * random.nextDouble();
      double weight = random.nextDouble();
      rows.append("c%d,%.2f,DE%d,%.2f%n".formatted(customer, amount, i % 5, weight));
    }

    assertThat(init(Files.writeString(dir.resolve("orders.csv"), rows)).out())
        .contains("predicts amount (regression) from 3 fields.");
  }

  private Path news(String separator) throws IOException {
    Random random = new Random(1);
    StringBuilder rows = new StringBuilder("site,words,topics\n");
    for (int i = 0; i < 600; i++) {
      String topics =
          Stream.of("art", "film", "food", "law", "work")
              .filter(topic -> random.nextInt(3) == 0)
              .limit(3)
              .collect(Collectors.joining(separator));
      rows.append("site%d,%d,\"%s\"%n".formatted(i % 4, random.nextInt(900), topics));
    }
    return Files.writeString(dir.resolve("news.csv"), rows);
  }

  private InputSpec draft() {
    return PipelineFile.read(dir.resolve("draft.yaml")).input().spec();
  }

  private Cli init(Path file, String... options) {
    Stream<String> start =
        Stream.of("init", "--force", "--input=" + file, "--output=" + dir.resolve("draft.yaml"));
    Cli cli = Cli.run(Stream.concat(start, Stream.of(options)).toArray(String[]::new));
    assertThat(cli.err()).isEmpty();
    return cli;
  }
}
