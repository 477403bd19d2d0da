package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** First bytes of file types that are not CSV, and the remedy for each. */
enum FileTypeSniffer {
  SHEET(
      "PK\003\004", "is a spreadsheet or a zip file. Save the sheet as CSV (UTF-8), or unpack it."),
  OLD_SHEET("\u00D0\u00CF\u0011\u00E0", "is a spreadsheet. Save the sheet as CSV (UTF-8)."),
  PARQUET("PAR1", "is a Parquet file. Export it as CSV, or send its rows to a topic."),
  AVRO("Obj\001", "is an Avro file. Export it as CSV, or send its records to a topic."),
  JSON(
      "{",
      "has JSON instead of CSV. Send its lines to a topic, which input.format: json reads"
          + " (kcat in docs/send-data.md), or export it as CSV."),
  JSON_LIST(
      "[{",
      "has a JSON list instead of CSV. Make lines of it (jq -c '.[]') and send them to a topic,"
          + " which input.format: json reads (kcat in docs/send-data.md), or export it as CSV.");

  private static final int MAX_LENGTH = 4;

  private final String beginning;
  private final String remedy;

  FileTypeSniffer(String beginning, String remedy) {
    this.beginning = beginning;
    this.remedy = remedy;
  }

  /**
   * Checks that a file is none of these types, without moving the stream.
   *
   * @param in a stream that supports mark and reset
   * @throws CliError if it is
   */
  static void requireCsv(Path path, InputStream in) throws IOException {
    in.mark(MAX_LENGTH);
    String first = new String(in.readNBytes(MAX_LENGTH), StandardCharsets.ISO_8859_1);
    in.reset();
    for (FileTypeSniffer type : values()) {
      if (first.startsWith(type.beginning)) {
        throw new CliError(path + " " + type.remedy);
      }
    }
  }
}
