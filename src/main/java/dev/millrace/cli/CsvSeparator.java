package dev.millrace.cli;

import java.io.IOException;
import java.io.InputStream;

/** What stands between the values of a CSV file: a comma, or what its header shows instead. */
final class CsvSeparator {
  private static final String KNOWN = ",;\t|";
  private static final int LONGEST_HEADER = 1 << 16; // bytes that are looked at

  private CsvSeparator() {}

  /**
   * The one of comma, semicolon, tab and bar that stands most often in the first line, outside of
   * quotes; the comma where none or several do. The stream stays where it is.
   *
   * @param in a stream that supports mark and reset
   */
  static char of(InputStream in) throws IOException {
    in.mark(LONGEST_HEADER);
    int[] counts = new int[KNOWN.length()];
    boolean quoted = false;
    for (int i = 0; i < LONGEST_HEADER; i++) {
      int next = in.read();
      if (next < 0 || (next == '\n' && !quoted)) {
        break;
      }
      if (next == '"') {
        quoted = !quoted;
      } else if (!quoted && KNOWN.indexOf(next) >= 0) {
        counts[KNOWN.indexOf(next)]++;
      }
    }
    in.reset();
    return mostFrequent(counts);
  }

  private static char mostFrequent(int[] counts) {
    int most = 0;
    boolean tied = false;
    for (int s = 1; s < counts.length; s++) {
      if (counts[s] > counts[most]) {
        most = s;
        tied = false;
      } else if (counts[s] == counts[most]) {
        tied = true;
      }
    }
    return KNOWN.charAt(tied ? 0 : most);
  }
}
