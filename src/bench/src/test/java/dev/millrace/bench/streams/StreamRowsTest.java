package dev.millrace.bench.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamRowsTest {
  @TempDir private Path folder;

  private StreamRows read(String csv, BenchStream.OfFile file, int rows) throws IOException {
    Files.writeString(Files.createDirectories(folder.resolve("data")).resolve(file.file()), csv);
    BenchStream stream = new BenchStream("test", BenchStream.Part.REPORT, "", file);
    return Objects.requireNonNull(StreamRows.read(stream, folder.resolve("data"), rows, 1, folder));
  }

  @Test
  void rowsAreThoseOfTheJobAndOfTheFileForMoa() throws IOException {
    StringBuilder csv = new StringBuilder("id,size,colour,label\n");
    for (int row = 0; row < 60; row++) {
      String size = row == 1 ? "" : row + ".5";
      String colour = row == 2 ? "dark, red" : row % 2 == 0 ? "red" : "blue";
      csv.append("%d,%s,\"%s\",%s%n".formatted(row, size, colour, row % 3 == 0 ? "yes" : "no"));
    }

    StreamRows rows =
        read(csv.toString(), new BenchStream.OfFile("a.csv", "label", List.of("id"), null), 50);
    Path arff = folder.resolve("rows.arff");
    rows.writeArff(arff);

    assertThat(rows.rows()).isEqualTo(50);
    assertThat(rows.classes()).containsExactly("no", "yes");
    assertThat(rows.labels()).startsWith(1, 0, 0, 1);
    assertThat(rows.features()[0]).contains(0.5f);
    assertThat(rows.features()[1]).contains(Float.NaN);
    assertThat(Files.readAllLines(arff))
        .hasSize(5 + 50)
        .startsWith(
            "@relation test",
            "@attribute f0 numeric",
            "@attribute f1 {v0,v1,v2}",
            "@attribute label {c0,c1}",
            "@data",
            "0.5,v0,c1",
            "?,v1,c0",
            "2.5,v2,c0");
  }

  @Test
  void aMissingFileIsNoError() throws IOException {
    BenchStream stream =
        new BenchStream(
            "test",
            BenchStream.Part.REPORT,
            "",
            new BenchStream.OfFile("none.csv", "label", List.of(), null));

    assertThat(StreamRows.read(stream, folder, 50, 1, folder)).isNull();
  }
}
