package dev.millrace.cli.csv;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands between the values of a CSV file: a comma, or what its header shows instead, or what
 * a line before the header says to spreadsheets.
 *
 * @param lines before the header: 1 or 0
 */
record CsvSeparator(char character, int lines) {
  private static final String KNOWN = ",;\t|";
  private static final int MAX_HEADER = 1 << 16; // bytes that are looked at
  // Behind a byte order mark, if there is one.
  private static final Pattern NAMED =
      Pattern.compile("(?i)(?:\u00EF\u00BB\u00BF)?sep=([^\"\r\n])\r?\n.*", Pattern.DOTALL);
  private static final int MAX_NAMED = 10;

  /**
   * The one that a line such as {@code sep=;} names, behind which the stream is then; else the one
   * of comma, semicolon, tab and bar that stands most often in the first line, outside of quotes,
   * or the comma where none or several do, and the stream stays where it is.
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
    return new CsvSeparator(shown(in), 0);
  }

  private static char shown(InputStream in) throws IOException {
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
