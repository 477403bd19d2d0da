package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.json.EventJson;
import dev.millrace.codec.json.MetricsJson;
import dev.millrace.codec.json.PredictionJson;
import dev.millrace.codec.json.SummaryJson;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.SummaryReport;
import dev.millrace.testing.SamplePredictions;
import dev.millrace.testing.SampleRecords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the records of output topics that pages show with what the code writes: their fields,
 * the order of these, and the types of their values. "…" stands for what is left out.
 */
class PastedRecordsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LEFT_OUT = "…";
  // A record, or the end of a metrics record.
  private static final Pattern START =
      Pattern.compile("(?s)\\s*(\\{\"pipeline\"|\"models\":\\[).*");
  // Objects whose names are those of classes, members, columns, topics and partitions.
  private static final Pattern MAP =
      Pattern.compile(
          "/input(/[^/]+)?|/importance|/outputs|.*/(probabilities|scores|weights|losses|columns)");

  // Fields that only some pipelines have.
  private static final Set<String> OPTIONAL =
      Set.of(
          "/actual",
          "/decayed",
          "/duplicates",
          "/epoch",
          "/estimate",
          "/forecast",
          "/held_out",
          "/horizon",
          "/id",
          "/importance",
          "/input_drift",
          "/interval",
          "/labels",
          "/model",
          "/models",
          "/outputs",
          "/reasons",
          "/seq",
          "/series",
          "/set",
          "/target_time",
          "/threshold",
          "/validation",
          "/per_class/f_beta",
          "/confusion_matrix/total_counts");

  private static final List<JsonNode> WRITTEN = new ArrayList<>();

  static {
    add(SampleRecords.of(MetricsReport.class), new MetricsJson()::encode);
    add(SamplePredictions.all(), new PredictionJson()::encode);
    add(SampleRecords.of(ModelEvent.class), new EventJson()::encode);
    add(SampleRecords.of(SummaryReport.class), SummaryJson::encode);
  }

  private interface Encoder<T> {
    byte[] encode(T value);
  }

  private static <T> void add(List<T> samples, Encoder<T> encoder) {
    for (T value : samples) {
      WRITTEN.add(read(new String(encoder.encode(value), StandardCharsets.UTF_8)));
    }
  }

  static Stream<PageBlock> blocks() throws IOException {
    List<PageBlock> blocks = new ArrayList<>();
    for (Path page : PageBlock.pages()) {
      for (PageBlock block : PageBlock.of(page)) {
        if (START.matcher(block.text()).matches()) {
          blocks.add(block);
        }
      }
    }
    return blocks.stream();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void aRecordOnAPageIsAsTheCodeWritesIt(PageBlock block) {
    assertThat(differences(block.text())).as("%s:%d", block.page(), block.line()).isEmpty();
  }

  @Test
  void theReadmeAndThePageOfMetricsShowARecordOfEachKind() throws IOException {
    List<Path> pages = List.of(Path.of("README.md"), Path.of("docs", "metrics.md"));
    assertThat(blocks().filter(block -> pages.contains(block.page())))
        .extracting(block -> kind(read(withMarks(block.text()))))
        .containsExactlyInAnyOrder("metrics", "prediction", "event");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"event\":\"warning\" | \"event\":\"warned\" | no such record is written",
        "\"detector\" | \"watcher\" | /watcher is not written",
        "\"detector\":\"ddm\", | `` | /detector is missing",
        "\"seq\":4045 | \"seq\":\"4045\" | /seq is written as [integer], not as string",
        "\"key\":\"8\",\"seq\":4045 | \"seq\":4045,\"key\":\"8\" | the order is [pipeline, key,"
            + " seq",
      })
  void aStaleRecordIsFound(String now, String before, String difference) {
    String record =
        "{\"pipeline\":\"storms\",\"key\":\"8\",\"seq\":4045,\"event_time\":\"2026-11-25T20:47:55Z\","
            + "\"event\":\"warning\",\"detector\":\"ddm\",\"model_version\":4026,\"config_hash\":\"d6\"}";
    String stale = record.replace(now, before);

    assertThat(differences(record)).isEmpty();
    assertThat(stale).isNotEqualTo(record);
    assertThat(differences(stale)).anyMatch(line -> line.contains(difference));
  }

  @Test
  void fieldsAreLeftOutOnlyAtAMark() {
    String record =
        """
        {"pipeline":"storms","time":"2026-11-25T20:49:50.001Z", …,
         "worst":[{"key":"4", … },{"key":"1","loss":0.5}, … ],"config_hash":"d6"}
        """;

    assertThat(differences(record))
        .containsExactly("/worst/accuracy is missing", "/worst/examples is missing");
  }

  /** Returns how the text of a block differs from the records that are written. */
  private static List<String> differences(String text) {
    JsonNode shown = read(withMarks(text));
    List<JsonNode> alike = WRITTEN.stream().filter(written -> isAlike(written, shown)).toList();
    List<String> differences = new ArrayList<>();
    if (alike.isEmpty()) {
      differences.add("no such record is written");
    } else {
      compare("", shown, alike, differences);
    }
    return differences;
  }

  /** Whether a record is of the same topic, and there of the same kind. */
  private static boolean isAlike(JsonNode written, JsonNode shown) {
    return kind(written).equals(kind(shown))
        && written.path("event").equals(shown.path("event"))
        && haveSame(written, shown, "/class", "/value")
        && (!shown.has("offset") || haveSame(written, shown, "/labels", "/outputs"))
        && (!shown.has("window") || haveSame(written, shown, "/window/accuracy", "/window/mae"));
  }

  private static boolean haveSame(JsonNode written, JsonNode shown, String... fields) {
    return Stream.of(fields)
        .allMatch(field -> written.at(field).isMissingNode() == shown.at(field).isMissingNode());
  }

  private static String kind(JsonNode record) {
    if (record.has("event")) {
      return "event";
    }
    return record.has("offset") ? "prediction" : record.has("time") ? "fleet" : "metrics";
  }

  private static void compare(
      String path, JsonNode shown, List<JsonNode> written, Collection<String> differences) {
    Set<String> types = new TreeSet<>();
    written.forEach(value -> types.add(type(value)));
    if (types.contains("number")) {
      types.add("integer"); // weights without a fraction
    }
    // A number that does not exist yet is null.
    if (!shown.isNull() && !types.contains(type(shown))) {
      differences.add("%s is written as %s, not as %s".formatted(path, types, type(shown)));
    } else if (shown.isObject()) {
      compareObjects(
          path, shown, written.stream().filter(JsonNode::isObject).toList(), differences);
    } else if (shown.isArray()) {
      List<JsonNode> items = new ArrayList<>();
      written.stream().filter(JsonNode::isArray).forEach(array -> array.forEach(items::add));
      for (JsonNode item : shown) {
        if (!item.asText().equals(LEFT_OUT)) {
          compare(path, item, items, differences);
        }
      }
    }
  }

  private static void compareObjects(
      String path, JsonNode shown, List<JsonNode> written, Collection<String> differences) {
    boolean isMap = MAP.matcher(path).matches();
    if (!isMap) {
      compareNames(path, shown, written, differences);
    }
    for (String name : names(shown)) {
      List<JsonNode> values = new ArrayList<>();
      for (JsonNode object : written) {
        if (isMap) {
          object.forEach(values::add);
        } else if (object.has(name)) {
          values.add(object.get(name));
        }
      }
      if (!values.isEmpty()) {
        compare(path + "/" + name, shown.get(name), values, differences);
      }
    }
  }

  private static void compareNames(
      String path, JsonNode shown, List<JsonNode> written, Collection<String> differences) {
    List<String> names = names(shown);
    Set<String> known = new TreeSet<>();
    Set<String> always = new TreeSet<>(names(written.get(0)));
    for (JsonNode object : written) {
      List<String> ofObject = names(object);
      known.addAll(ofObject);
      always.retainAll(ofObject);
      List<String> common = ofObject.stream().filter(names::contains).toList();
      if (!names.stream().filter(ofObject::contains).toList().equals(common)) {
        differences.add("%s: the order is %s".formatted(path, common));
      }
    }
    names.stream()
        .filter(Predicate.not(known::contains))
        .forEach(name -> differences.add("%s/%s is not written".formatted(path, name)));
    if (!shown.has(LEFT_OUT)) {
      always.stream()
          .filter(Predicate.not(names::contains))
          .map(name -> path + "/" + name)
          .filter(field -> !OPTIONAL.contains(field.replaceFirst("^/outputs/[^/]+", "")))
          .forEach(field -> differences.add(field + " is missing"));
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    names.remove(LEFT_OUT);
    return names;
  }

  private static String type(JsonNode value) {
    String type = value.getNodeType().name().toLowerCase(Locale.ROOT);
    return value.isIntegralNumber() ? "integer" : type;
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  /** Returns the text as JSON that has a field or an item for each mark of what is left out. */
  private static String withMarks(String text) {
    String whole = text.strip();
    boolean isRecord = whole.startsWith("{");
    StringBuilder json = new StringBuilder(isRecord ? "" : "{…,");
    json.append(whole).append(isRecord ? "" : "}");
    StringBuilder open = new StringBuilder();
    boolean isInText = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '"') {
        isInText = !isInText;
      } else if (isInText) {
        i += c == '\\' ? 1 : 0;
      } else if (c == '{' || c == '[') {
        open.append(c);
      } else if (c == '}' || c == ']') {
        open.setLength(open.length() - 1);
      } else if (c == '…') {
        String mark = open.charAt(open.length() - 1) == '{' ? "\"…\":0" : "\"…\"";
        json.replace(i, i + 1, mark);
        i += mark.length() - 1;
      }
    }
    return json.toString();
  }
}
