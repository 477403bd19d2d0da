package dev.millrace.cli.demo;

import dev.millrace.cli.csv.CsvInput;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.data.KebabCase;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Data sets that ship with Millrace; examples/data/README.md has origins and licences. */
enum DemoDataset {
  STORMS(
      "status",
      "month",
      List.of("name", "category"),
      "records of the Atlantic hurricane database, 9 classes, one model per month"),
  LETTERS("lettr", null, List.of(), "letter images in 16 numbers, 26 classes, one model"),
  HOTEL_RATES(
      "avg_price_per_room",
      "market_segment",
      List.of("arrival_date"),
      "hotel bookings, price per room, one model per market segment");

  private final String label;
  private final @Nullable String key;
  private final List<String> drop;
  private final String description;

  DemoDataset(String label, @Nullable String key, List<String> drop, String description) {
    this.label = label;
    this.key = key;
    this.drop = drop;
    this.description = description;
  }

  /** Returns the name on the command line, such as {@code hotel-rates}. */
  String id() {
    return KebabCase.of(this);
  }

  String description() {
    return description;
  }

  /** Copies the data set into a directory and scans it. */
  CsvScan unpack(Path directory) throws IOException {
    String file = name().toLowerCase(Locale.ROOT) + ".csv.gz";
    Path copy = directory.resolve(file);
    try (InputStream in = DemoDataset.class.getResourceAsStream("/datasets/" + file)) {
      Files.copy(Objects.requireNonNull(in), copy);
    }
    InputSpec spec = InputSpec.DEFAULT.with(to -> to.label = label);
    return CsvScan.of(CsvInput.plain(copy), spec, label, key, drop, null);
  }
}
