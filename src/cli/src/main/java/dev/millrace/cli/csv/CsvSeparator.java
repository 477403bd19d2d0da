package dev.millrace.cli.csv;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Separator of the values of a CSV file, from a line such as {@code sep=;} or from the header.
 *
 * @param lines number of lines before the header: 1 or 0
 */
record CsvSeparator(char character, int lines) {
  private static final String KNOWN = ",;\t|";
  private static final int MAX_HEADER = 1 << 16; // bytes to read
  // After an optional byte order mark.
  private static final Pattern NAMED =
      Pattern.compile("(?i)(?:\u00EF\u00BB\u00BF)?sep=([^\"\r\n])\r?\n.*", Pattern.DOTALL);
  private static final int MAX_NAMED = 10;

  /**
   * Returns the separator that a line such as {@code sep=;} names, and skips that line; else the
   * most frequent of comma, semicolon, tab and bar in the first line outside of quotes, or the
   * comma if none or several are.
   *
   * @param in a stream that supports mark and reset
   */
  static CsvSeparator of(InputStream in) throws IOException {
    in.mark(MAX_HEADER);
    String first = new String(in.readNBytes(MAX_NAMED), StandardCharsets.ISO_8859_1);
    in.reset();
    Matcher named = NAMED.matcher(first);
    if (named.matches()) {
      in.skipNBytes(first.indexOf('\n') + 1L);
      return new CsvSeparator(named.group(1).charAt(0), 1);
    }
    return new CsvSeparator(ofHeader(in), 0);
  }

  private static char ofHeader(InputStream in) throws IOException {
    in.mark(MAX_HEADER);
    int[] counts = new int[KNOWN.length()];
    boolean quoted = false;
    for (int i = 0; i < MAX_HEADER; i++) {
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
    int best = 0;
    boolean tied = false;
    for (int s = 1; s < counts.length; s++) {
      if (counts[s] > counts[best]) {
        best = s;
        tied = false;
      } else if (counts[s] == counts[best]) {
        tied = true;
      }
    }
    return KNOWN.charAt(tied ? 0 : best);
  }
}
