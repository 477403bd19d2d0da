package dev.millrace.cli.demo;

import dev.millrace.cli.csv.CsvScan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The data sets that ship with Millrace; their origins and licences are beside them. */
enum DemoDataset {
  STORMS(
      "status",
      "month",
      List.of("name", "category"),
      "records of the Atlantic hurricane data base, 9 classes, one model per month"),
  LETTERS("lettr", null, List.of(), "letter images in 16 numbers, 26 classes, one model"),
  HOTEL_RATES(
      "avg_price_per_room",
      "market_segment",
      List.of("arrival_date"),
      "hotel bookings, price per room, one model per market segment");

  private final String label;
  private final String key;
  private final List<String> drop;
  private final String description;

  DemoDataset(String label, String key, List<String> drop, String description) {
    this.label = label;
    this.key = key;
    this.drop = drop;
    this.description = description;
  }

  /** The name on the command line, such as {@code hotel_rates}. */
  String id() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  String description() {
    return description;
  }

  /** Copies the data set into a directory and looks at its columns. */
  CsvScan unpack(Path directory) throws IOException {
    String file = id() + ".csv.gz";
    Path copy = directory.resolve(file);
    try (InputStream in = DemoDataset.class.getResourceAsStream("/datasets/" + file)) {
      Files.copy(in, copy);
    }
    return CsvScan.scan(copy, label, key, drop);
  }
}
