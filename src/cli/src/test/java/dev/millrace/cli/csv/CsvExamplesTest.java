package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.cli.console.CliError;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.config.PipelineFile;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

public class CsvExamplesTest {
  @TempDir private Path dir;

  @Test
  void writesRowsAsRecordsThatAvroItselfReads() throws IOException {
    List<GenericRecord> records =
        read("shop,amount,vip,color,y\ns1,1.5,true,red,ok\ns2,NA,false,,bad\n", "shop", 1);

    assertThat(records).hasSize(2);
    GenericRecord first = records.get(0);
    assertThat(text(first, "key")).isEqualTo("s1");
    assertThat(text(first, "label")).isEqualTo("ok");
    assertThat(field(first, 5)).isEqualTo(List.of(1.5f, 1f));
    assertThat(field(first, 6)).isEqualTo(List.of());
    assertThat(field(first, 7)).isEqualTo(Map.of(new Utf8("color"), new Utf8("red")));
    GenericRecord second = records.get(1);
    assertThat(field(second, 5)).isEqualTo(List.of(0f, 0f));
    assertThat(field(second, 6)).isEqualTo(List.of(0));
    assertThat(field(second, 7)).isEqualTo(Map.of(new Utf8("color"), new Utf8("")));
  }

  @Test
  void writesRowsAsJsonThatAPipelineWithTheSameColumnsReads() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("j.csv"),
            "shop,amount,vip,color,day,y\ns1,1.5,true,red,2026-11-23,7\ns2,NA,false,,,8\n");
    CsvScan scan = CsvScan.scan(file, "y", "shop", List.of());
    ExampleDecoder decoder = new ExampleDecoder(spec(InputSpec.Format.JSON, scan.features()));
    Example example = new Example();

    try (CsvExamples rows =
        new CsvExamples(scan, 0, 1, CsvExamples.Format.JSON, RowPart.ALL, null, 0)) {
      rows.next();
      assertThat(new String(rows.value(), StandardCharsets.UTF_8))
          .isEqualTo(
              "{\"amount\":1.5,\"vip\":true,\"color\":\"red\",\"day\":\"2026-11-23\",\"y\":\"7\"}");
      assertThat(decoder.decode(record(rows), example)).isNull();
      assertThat(example.label).isEqualTo("7");
      assertThat(Arrays.copyOf(example.features, example.width))
          .containsExactly(new float[] {1.5f, 0, 1, 1, 0, 1, 0, 1, 0, 0}, within(1e-7f));
      rows.next();
      assertThat(decoder.decode(record(rows), example)).isNull();
      assertThat(Arrays.copyOf(example.features, example.width))
          .containsExactly(Float.NaN, 1, 0, 0, 1, Float.NaN, Float.NaN, Float.NaN, Float.NaN, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(CsvExamples.Format.class)
  void declaredNumbersAreReadAsInAJob(CsvExamples.Format format) throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("n.csv"), "vip,amount,y\n1,true,7\nFALSE,2.5,8\nyes,1,7\n0,oops,8\n,1,8\n");
    List<FeatureSpec> declared =
        List.of(
            new FeatureSpec("vip", FeatureSpec.Type.BOOLEAN, true, List.of(), 0),
            new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0));
    CsvScan scan =
        CsvScan.scan(file, "y", null, List.of())
            .withInput(spec(InputSpec.Format.valueOf(format.name()), declared));
    ExampleDecoder decoder =
        new ExampleDecoder(spec(InputSpec.Format.valueOf(format.name()), declared));
    List<String> read = new ArrayList<>();

    try (CsvExamples rows = new CsvExamples(scan, 0, 1, format, RowPart.ALL, null, 0)) {
      while (rows.next()) {
        Example example = new Example();
        DeadLetter refusal = decoder.decode(record(rows), example);
        read.add(
            refusal == null
                ? Arrays.toString(Arrays.copyOf(example.features, example.width))
                : refusal.reason().id() + ": " + refusal.message());
      }
    }

    assertThat(read)
        .containsExactly(
            "[1.0, 0.0, 1.0]",
            "[0.0, 0.0, 2.5]",
            "invalid-feature: feature \"vip\" is declared boolean but is the text \"yes\"",
            "invalid-feature: feature \"amount\" is declared numeric but is the text \"oops\"",
            "[NaN, 1.0, 1.0]");
  }

  @Test
  void jsonHasAllFieldsThatThePipelineNames() throws IOException {
    InputSpec spec =
        json(
            "key: shop, id: pay, label: verdict, weight: w, event-time: at, task: binary,"
                + " features: [amount],"
                + " labels: { topic: truths, id: payment, key: store, label: truth }");
    Path file =
        Files.writeString(
            dir.resolve("f.csv"), "pay,shop,at,w,amount,y\np1,7,1764201600000,2.5,3,no\n");
    CsvScan scan = CsvScan.scan(file, "y", "shop", List.of()).withInput(spec);

    byte[] features = first(scan, RowPart.FEATURES, spec, 0);
    byte[] label = first(scan, RowPart.LABEL, spec, 60_000);

    assertThat(features)
        .asString()
        .isEqualTo("{\"pay\":\"p1\",\"shop\":\"7\",\"amount\":3,\"w\":2.5,\"at\":1764201600000}");
    assertThat(label)
        .asString()
        .isEqualTo("{\"payment\":\"p1\",\"store\":\"7\",\"at\":1764201660000,\"truth\":\"no\"}");
    Example example = new Example();
    assertThat(new ExampleDecoder(spec).decode(record(features), example)).isNull();
    assertThat(example.weight).isEqualTo(2.5f);
    assertThat(example.eventTime).isEqualTo(1_764_201_600_000L);
    assertThat(ExampleDecoder.ofLabels(spec, null).decode(record(label), example)).isNull();
    assertThat(example.label).isEqualTo("no");
  }

  @Test
  void recordsOfTheStandardSchemaHaveTheWeightAndTimeOfTheirColumns() throws IOException {
    InputSpec spec = input("label: y, weight: weight, event-time: ts");
    Path file =
        Files.writeString(
            dir.resolve("s.csv"), "ts,x,weight,y\n1764201600000,1,2.5,no\nnoon,1,2.5,no\n");
    CsvScan scan = CsvScan.scan(file, "y", null, List.of()).withInput(spec);
    Example example = new Example();

    try (CsvExamples rows =
        new CsvExamples(scan, 0, 1, CsvExamples.Format.AVRO, RowPart.ALL, spec, 0)) {
      rows.next();
      assertThat(new ExampleDecoder(spec).decode(record(rows), example)).isNull();
      assertThat(example.width).isOne();
      assertThat(example.weight).isEqualTo(2.5f);
      assertThat(example.eventTime).isEqualTo(1_764_201_600_000L);
      rows.next();
      assertThatThrownBy(rows::value)
          .isInstanceOf(CliError.class)
          .hasMessageStartingWith("s.csv:3: \"ts\" is \"noon\"");
    }
  }

  @Test
  void aDotInAColumnReachesIntoAnObject() throws IOException {
    InputSpec spec = json("label: is.fraud, features: [card.age, card.limit.day]");
    Path file =
        Files.writeString(dir.resolve("dots.csv"), "card.age,card.limit.day,is.fraud\n3,50,no\n");
    CsvScan scan = CsvScan.scan(file, "is.fraud", null, List.of()).withInput(spec);

    byte[] value = first(scan, RowPart.ALL, spec, 0);

    assertThat(value)
        .asString()
        .isEqualTo("{\"card\":{\"age\":3,\"limit\":{\"day\":50}},\"is\":{\"fraud\":\"no\"}}");
    Example example = new Example();
    assertThat(new ExampleDecoder(spec).decode(record(value), example)).isNull();
    assertThat(Arrays.copyOf(example.features, example.width)).containsExactly(3, 50);
  }

  @Test
  void aColumnWithinAnotherCannotBeJson() throws IOException {
    Path file = Files.writeString(dir.resolve("in.csv"), "a.b,a,y\n1,2,no\n");
    CsvScan scan = CsvScan.scan(file, "y", null, List.of());

    assertThatThrownBy(() -> first(scan, RowPart.ALL, null, 0))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith("\"a\" and \"a.b\" cannot both be fields of JSON objects");
  }

  @Test
  void rejectsAColumnOfThePipelineThatTheFileLacks() throws IOException {
    InputSpec spec = json("label: y, weight: w, features: [x]");
    Path file = Files.writeString(dir.resolve("w.csv"), "x,y\n1,no\n");
    CsvScan scan = CsvScan.scan(file, "y", null, List.of());

    assertThatThrownBy(() -> first(scan, RowPart.ALL, spec, 0))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith("input.weight \"w\" is not a column of " + file);
  }

  private static InputSpec json(String input) {
    return input("format: json, " + input);
  }

  /** The input of a pipeline. */
  private static InputSpec input(String input) {
    String yaml =
        """
        pipeline: input
        kafka: { bootstrap.servers: "localhost:9092" }
        input: { %s }
        """;
    return PipelineFile.parse("input", yaml.formatted(input), Path.of("")).input().spec();
  }

  private static byte[] first(CsvScan scan, RowPart part, InputSpec spec, long delayMillis) {
    try (CsvExamples rows =
        new CsvExamples(scan, 0, 1, CsvExamples.Format.JSON, part, spec, delayMillis)) {
      rows.next();
      return rows.value();
    }
  }

  private static InputSpec spec(InputSpec.Format format, List<FeatureSpec> features) {
    InputSpec.Limits limits = new InputSpec.Limits(1_000, 64, 10, 100);
    return InputSpec.DEFAULT.with(
        to -> {
          to.format = format;
          to.label = "y";
          to.features = features;
          to.limits = limits;
        });
  }

  private static KafkaRecord record(CsvExamples rows) {
    return record(rows.value());
  }

  private static KafkaRecord record(byte[] value) {
    byte[] key = CsvExamples.ONLY_KEY.getBytes(StandardCharsets.UTF_8);
    return KafkaRecord.of("t", 0, 0, 0, key, value);
  }

  @Test
  void repeatsTheFileForEachEpochWithTimesThatGoOnAndTheSameIds() throws IOException {
    Path file = Files.writeString(dir.resolve("d.csv"), "x,y\n1,0.5\n2,1.5\n");
    CsvScan scan = CsvScan.scan(file, "y", null, List.of());
    List<String> seen = new ArrayList<>();
    try (CsvExamples examples = new CsvExamples(scan, 1_000, 2)) {
      while (examples.next()) {
        seen.add(examples.id() + "@" + examples.timestamp() + "/" + examples.key());
      }
    }

    assertThat(seen)
        .containsExactly(
            "d.csv-1@1000/all", "d.csv-2@1001/all", "d.csv-1@1002/all", "d.csv-2@1003/all");
  }

  @Test
  void writesRegressionTargetsAsNumbersAndIntegerClassesAsOneText() throws IOException {
    assertThat(read("x,y\n1,0.5\n", null, 1).get(0).get("label")).isEqualTo(0.5);

    List<GenericRecord> classes = read("x,y\n1,1\n2,1.0\n", null, 1);
    assertThat(classes).extracting(r -> text(r, "label")).containsExactly("1", "1");
  }

  private List<GenericRecord> read(String csv, String key, int epochs) throws IOException {
    Path file = Files.writeString(dir.resolve("data.csv"), csv);
    BinaryMessageDecoder<GenericRecord> decoder =
        new BinaryMessageDecoder<>(GenericData.get(), schema());
    List<GenericRecord> records = new ArrayList<>();
    CsvScan scan = CsvScan.scan(file, "y", key, List.of());
    try (CsvExamples examples = new CsvExamples(scan, 0, epochs)) {
      while (examples.next()) {
        records.add(decoder.decode(examples.value()));
      }
    }
    return records;
  }

  private static Object field(GenericRecord record, int position) {
    return record.get(position);
  }

  private static String text(GenericRecord record, String field) {
    return record.get(field).toString();
  }

  public static Schema schema() throws IOException {
    try (InputStream in =
        CsvExamplesTest.class.getResourceAsStream("/schemas/training_example.avsc")) {
      return new Schema.Parser().parse(in);
    }
  }
}
