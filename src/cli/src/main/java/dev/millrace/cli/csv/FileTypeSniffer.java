package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What files that are not CSV begin with, and what to do with them. */
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

  private static final int LONGEST = 4;

  private final String beginning;
  private final String remedy;

  FileTypeSniffer(String beginning, String remedy) {
    this.beginning = beginning;
    this.remedy = remedy;
  }

  /**
   * Refuses what is none; the stream stays where it is.
   *
   * @param in a stream that supports mark and reset
   * @throws CliError if the file is one of these
   */
  static void refuse(Path path, InputStream in) throws IOException {
    in.mark(LONGEST);
    String first = new String(in.readNBytes(LONGEST), StandardCharsets.ISO_8859_1);
    in.reset();
    for (FileTypeSniffer kind : values()) {
      if (first.startsWith(kind.beginning)) {
        throw new CliError(path + " " + kind.remedy);
      }
    }
  }
}
