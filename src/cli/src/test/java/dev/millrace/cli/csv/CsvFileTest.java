package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.console.CliError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvFileTest {
  @TempDir private Path dir;

  @Test
  void readsQuotedValuesWithCommasQuotesAndLineBreaks() throws IOException {
    Path file = write("\"a\",\"b c\"\n\"x, y\",\"say \"\"hi\"\"\"\n\"two\nlines\",2\n");

    assertThat(header(file)).containsExactly("a", "b c");
    assertThat(rows(file))
        .containsExactly(List.of("x, y", "say \"hi\""), List.of("two\nlines", "2"));
  }

  @Test
  void skipsTheByteOrderMarkAndBlankLinesAndTakesWindowsLineEnds() throws IOException {
    Path file = write("\uFEFFa,b\r\n1,2\r\n\r\n3,4");

    assertThat(header(file)).containsExactly("a", "b");
    assertThat(rows(file)).containsExactly(List.of("1", "2"), List.of("3", "4"));
  }

  @ParameterizedTest
  @ValueSource(strings = {";", "\t", "|"})
  void takesTheSeparatorThatTheHeaderShows(String separator) throws IOException {
    Path file =
        write("\"a, b, c\";b;c\n1,5;\"x;y\";\n;2;\"three, four\"\n".replace(";", separator));

    assertThat(header(file)).containsExactly("a, b, c", "b", "c");
    assertThat(rows(file))
        .containsExactly(
            List.of("1,5", "x" + separator + "y", ""), List.of("", "2", "three, four"));
  }

  @Test
  void aCommaSeparatesWhereTheHeaderDoesNotDecide() throws IOException {
    assertThat(header(write("a;b,c\n1,2\n"))).containsExactly("a;b", "c");
    assertThat(header(write("price|EUR,b,c\n1,2,3\n"))).containsExactly("price|EUR", "b", "c");
    assertThat(header(write("alone\n1;2\n"))).containsExactly("alone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sep=;\n", "sep=;\r\n", "\uFEFFsep=;\r\n", "SEP=;\n"})
  void takesTheSeparatorThatALineForSpreadsheetsNames(String first) throws IOException {
    Path file = write(first + "a,b;c\n1,5;2\n3\n");

    assertThat(header(file)).containsExactly("a,b", "c");
    assertThatThrownBy(() -> rows(file))
        .hasMessage("data.csv:4 has 1 value; the header names 2 columns.");
  }

  @Test
  void aColumnMayBeCalledLikeTheLineForSpreadsheets() throws IOException {
    assertThat(header(write("sep=,b\n1,2\n"))).containsExactly("sep=", "b");
    assertThat(header(write("sep\n1\n"))).containsExactly("sep");
  }

  @Test
  void keepsEmptyValuesAtTheEndOfARow() throws IOException {
    assertThat(rows(write("a,b,c\n1,,\n,,3\n")))
        .containsExactly(List.of("1", "", ""), List.of("", "", "3"));
  }

  @Test
  void detectsGzipByItsContent() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("a\n1\n".getBytes(StandardCharsets.UTF_8));
    }
    Path file = Files.write(dir.resolve("packed.csv"), packed.toByteArray());

    assertThat(rows(file)).containsExactly(List.of("1"));
  }

  @Test
  void namesTheLineOfARowWithTooManyOrTooFewValues() throws IOException {
    assertThatThrownBy(() -> rows(write("a,b\n1,2\n3\n")))
        .isInstanceOf(CliError.class)
        .hasMessage("data.csv:3 has 1 value; the header names 2 columns.");
    assertThatThrownBy(() -> rows(write("a,b\n\n\"two\nlines\",2\n\n3\n")))
        .hasMessage("data.csv:6 has 1 value; the header names 2 columns.");
    assertThatThrownBy(() -> rows(write("a,b\n1,2,\n")))
        .hasMessage("data.csv:2 has 3 values; the header names 2 columns.");
  }

  @Test
  void reportsAQuoteThatIsNeverClosed() throws IOException {
    assertThatThrownBy(() -> rows(write("a,b\n1,2\n3,\"4\n5,6\n7,8\n")))
        .isInstanceOf(CliError.class)
        .hasMessage("data.csv:3 is malformed: Missing closing quote for value");
    assertThatThrownBy(() -> rows(write("sep=;\na;b\n1;\"2\n3;4\n")))
        .hasMessageStartingWith("data.csv:3 is malformed");
    assertThatThrownBy(() -> rows(write("a,\"b\n1,2\n")))
        .hasMessageStartingWith("data.csv:1 is malformed");
  }

  @Test
  void reportsBytesThatAreNotUtf8() throws IOException {
    Path file =
        Files.write(dir.resolve("latin.csv"), new byte[] {'a', '\n', (byte) 0xE9, 'x', 'y'});

    assertThatThrownBy(() -> rows(file))
        .isInstanceOf(CliError.class)
        .hasMessageContaining("latin.csv is not UTF-8 text");
  }

  @Test
  void reportsAGzipFileThatEndsEarly() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("a,b\n1,2\n".repeat(10).getBytes(StandardCharsets.UTF_8));
    }
    byte[] cut = Arrays.copyOf(packed.toByteArray(), packed.size() - 12);
    Path file = Files.write(dir.resolve("cut.csv.gz"), cut);

    assertThatThrownBy(() -> rows(file))
        .isInstanceOf(CliError.class)
        .hasMessage(file + " is a damaged gzip file. Fetch or pack it again.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "504b030414000600 | is a spreadsheet or a zip file. Save the sheet as CSV",
        "d0cf11e0a1b11ae1 | is a spreadsheet. Save the sheet as CSV",
        "5041523115041500 | is a Parquet file. Export it as CSV",
        "4f626a0104166176 | is an Avro file. Export it as CSV",
        "7b2261223a317d0a | has JSON instead of CSV. Send its lines to a topic",
        "5b7b2261223a317d5d0a | has a JSON list instead of CSV. Make lines of it (jq -c '.[]')",
      })
  void saysWhatToDoWithAFileOfAnotherKind(String bytes, String remedy) throws IOException {
    Path file = Files.write(dir.resolve("other"), HexFormat.of().parseHex(bytes));

    assertThatThrownBy(() -> header(file))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith(file + " " + remedy);
  }

  @Test
  void rejectsEmptyFilesAndColumnsNamedTwiceAndNamesMissingFiles() throws IOException {
    assertThatThrownBy(() -> header(write(""))).hasMessageContaining("is empty");
    assertThatThrownBy(() -> header(write("a,a\n1,2\n"))).hasMessageContaining("\"a\" twice");
    assertThatThrownBy(() -> header(dir.resolve("none.csv"))).hasMessageContaining("There is no");
    assertThatThrownBy(() -> header(dir)).hasMessageContaining("is a directory");
  }

  @Test
  void rejectsMoreColumnsThanAModelHasFeatures() throws IOException {
    Path wide = write("a,".repeat(300_000) + "b\n");

    assertThatThrownBy(() -> header(wide))
        .isInstanceOf(CliError.class)
        .hasMessage(
            wide
                + " has 300,001 columns; at most 65,536 are read. Leave columns out, or write lines"
                + " of libsvm (docs/send-data.md).");
  }

  @Test
  void namesColumnsThatHaveNoName() throws IOException {
    assertThat(header(write("\"\",x\n1,2\n"))).containsExactly("column_1", "x");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(dir.resolve("data.csv"), text);
  }

  private static List<String> header(Path file) {
    try (CsvFile csv = new CsvFile(file)) {
      return csv.header();
    }
  }

  private static List<List<String>> rows(Path file) {
    List<List<String>> rows = new ArrayList<>();
    try (CsvFile csv = new CsvFile(file)) {
      while (csv.next()) {
        rows.add(List.of(csv.row()));
      }
    }
    return rows;
  }
}
