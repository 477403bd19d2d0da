package dev.millrace.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Numbers with a comma where a point is wanted: they are read as text, which is to be said. */
final class DecimalCommas {
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+,\\d+([eE][+-]?\\d+)?");
  private static final int LONGEST_NAMES = 60;

  private DecimalCommas() {}

  /** Whether a cell is such a number. */
  static boolean isIn(String cell) {
    return cell.indexOf(',') > 0 && NUMBER.matcher(cell).matches();
  }

  /**
   * What is wrong with a file, and the way out.
   *
   * @param columns whose values are such numbers
   * @param separator of the file
   */
  static String note(Path file, List<String> columns, char separator) {
    return "Note: %s writes numbers with a decimal comma (%s), which are taken for text. %s"
        .formatted(
            file,
            Terminal.printable(String.join(", ", columns), LONGEST_NAMES),
            separator == ','
                ? "Write them with a point."
                : "Write them with a point: %s > points.csv".formatted(replacing(file)));
  }

  private static String replacing(Path file) {
    String sed = "sed -E 's/([0-9]),([0-9])/\\1.\\2/g'";
    return file.toString().endsWith(".gz") ? "gunzip -c " + file + " | " + sed : sed + " " + file;
  }
}
