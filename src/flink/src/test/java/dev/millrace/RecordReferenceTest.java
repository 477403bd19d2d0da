package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.millrace.codec.json.EventJson;
import dev.millrace.report.ModelEvent;
import dev.millrace.testing.GeneratedPage;
import dev.millrace.testing.SampleRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The page of all records that topics carry: what docs/asyncapi.yaml says, which AsyncApiTest
 * compares with the code, and of the events what stands beside each in the code.
 */
class RecordReferenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Path PAGE = Path.of("docs", "reference", "records.md");
  private static final Path EVENTS =
      Path.of("src/core/src/main/java/dev/millrace/report/ModelEvent.java");
  private static final Path SCORES = Path.of("docs", "metrics.md");
  private static final String HEAD =
      """
      # Records

      <!-- Generated from docs/asyncapi.yaml and the source. Regenerate it with
           mvn test -Dtest=RecordReferenceTest -Dmillrace.docs.write=true -->

      What is on each topic of a pipeline, by its default name (`output.topics` and `input.topic` give others). Where nothing else is said, a record is one line of JSON and its key
      the model key in UTF-8. Numbers are plain and finite; one that does not exist yet is `null`. Times are ISO 8601 in UTC. A field that has nothing to say is absent. For programs
      the same is in [asyncapi.yaml](../asyncapi.yaml).
      """;

  private static final int MAX_CHOICES = 10;

  /** Parts of the description in words. */
  private static final Map<String, String> NAMED =
      Map.of(
          "scores",
          "[scores](../metrics.md#classification)",
          "byName",
          "numbers by name",
          "matrix",
          "rows of numbers");

  private static JsonNode document;

  @BeforeAll
  static void read() throws IOException {
    document = YAML.readTree(Files.readString(Path.of("docs", "asyncapi.yaml")));
  }

  @Test
  void thePageIsWhatTheDescriptionSays() throws IOException {
    GeneratedPage.requireIs(PAGE, markdown(), RecordReferenceTest.class);
  }

  @Test
  void everyFieldHasADescription() throws IOException {
    assertThat(markdown().lines().filter(line -> line.endsWith("|  |"))).isEmpty();
  }

  @Test
  void everyScoreHasItsFormula() throws IOException {
    String page = Files.readString(SCORES);
    Set<String> scores = new TreeSet<>();
    collect(schema("scores"), scores);

    assertThat(scores).hasSizeGreaterThan(25);
    assertThat(scores).as(SCORES.toString()).allMatch(name -> page.contains("`" + name + "`"));
  }

  private static void collect(JsonNode schema, Set<String> fields) {
    JsonNode whole = resolved(schema);
    for (Map.Entry<String, JsonNode> property : whole.path("properties").properties()) {
      fields.add(property.getKey());
      collect(property.getValue(), fields);
    }
    whole.path("oneOf").forEach(each -> collect(each, fields));
    if (whole.has("items")) {
      collect(whole.path("items"), fields);
    }
  }

  private static String markdown() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    Set<JsonNode> told = new HashSet<>();
    for (JsonNode channel : document.path("channels")) {
      JsonNode reference = channel.path("messages").iterator().next();
      JsonNode message = resolved(reference);
      String topic = channel.path("address").asText().replace("{pipeline}", "<pipeline>");
      page.append("\n## `").append(topic).append("`\n\n");
      page.append(linked(channel.path("title").asText() + "."));
      if (channel.has("description")) {
        page.append(' ').append(linked(channel.path("description").asText()));
      }
      if (!told.add(reference)) {
        page.append(" Records are as on the topic of the examples.\n");
        continue;
      }
      page.append(' ').append(linked(message.path("summary").asText())).append('\n');
      appendTable(page, "header", resolved(message.path("headers")));
      if (message.at("/payload/schemaFormat").isTextual()) {
        appendAvro(page, message.at("/payload/schema/$ref").asText());
      } else {
        appendTable(page, "field", resolved(message.path("payload")));
      }
      if (topic.endsWith(".events")) {
        appendEvents(page);
      }
    }
    return page.toString();
  }

  private static void appendTable(StringBuilder page, String what, JsonNode schema) {
    if (schema.path("properties").isEmpty()) {
      return;
    }
    page.append("\n| ").append(what).append(" | is | meaning |\n|---|---|---|\n");
    appendRows(page, "", schema);
  }

  private static void appendRows(StringBuilder page, String prefix, JsonNode schema) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode value = property.getValue();
      String name = prefix + property.getKey();
      JsonNode described = value.has("description") ? value : resolved(value);
      appendRow(page, name, kind(value), described.path("description").asText());
      if (value.path("items").has("properties")) {
        appendRows(page, name + "[].", value.path("items"));
      } else if (value.path("additionalProperties").has("properties")) {
        appendRows(page, name + ".NAME.", value.path("additionalProperties"));
      } else {
        appendRows(page, name + ".", value);
      }
    }
  }

  private static void appendRow(StringBuilder page, String name, String kind, String meaning) {
    page.append("| `%s` | %s | %s |\n".formatted(name, kind, linked(meaning)));
  }

  private static void appendAvro(StringBuilder page, String file) throws IOException {
    JsonNode schema = JSON.readTree(Files.readString(Path.of("docs").resolve(file).normalize()));
    page.append("\n| field | is | meaning |\n|---|---|---|\n");
    for (JsonNode field : schema.path("fields")) {
      appendRow(
          page,
          field.path("name").asText(),
          avroKind(field.path("type")) + (field.has("default") ? ", has a default" : ""),
          field.path("doc").asText());
    }
  }

  private static String avroKind(JsonNode type) {
    if (type.isArray()) {
      return joined(type, RecordReferenceTest::avroKind, " or ");
    }
    return switch (type.path("type").asText(type.asText())) {
      case "array" -> "list of " + type.path("items").asText();
      case "map" -> "texts by name";
      default -> type.path("type").asText(type.asText());
    };
  }

  /** What a value is, in few words. */
  private static String kind(JsonNode value) {
    String reference = value.path("$ref").asText();
    String name = reference.substring(reference.lastIndexOf('/') + 1);
    if (NAMED.containsKey(name)) {
      return NAMED.get(name);
    }
    JsonNode whole = resolved(value);
    if (whole.has("const")) {
      return "`" + whole.path("const").asText() + "`";
    }
    if (whole.path("enum").size() > MAX_CHOICES) {
      return "one of " + whole.path("enum").size();
    }
    if (whole.has("enum")) {
      return joined(whole.path("enum"), node -> "`" + node.asText() + "`", ", ");
    }
    if (whole.path("format").asText().equals("date-time")) {
      return "time";
    }
    if (!reference.isEmpty() && whole.has("properties")) {
      return parts(whole);
    }
    JsonNode type = whole.path("type");
    String words = type.isArray() ? joined(type, JsonNode::asText, " or ") : type.asText();
    return words.equals("array") ? "list" : words;
  }

  /** The names in an object, and once what is in each of them. */
  private static String parts(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.path("properties").fieldNames().forEachRemaining(name -> names.add("`" + name + "`"));
    JsonNode first = resolved(object.path("properties").iterator().next());
    String all = String.join(", ", names);
    return first.has("properties") ? all + ", of each " + parts(first) : all;
  }

  private static void appendEvents(StringBuilder page) throws IOException {
    String source = Files.readString(EVENTS);
    Set<String> ofAll = new LinkedHashSet<>();
    schema("event").path("required").forEach(name -> ofAll.add(name.asText()));
    page.append("\n| `event` | when | with |\n|---|---|---|\n");
    Set<String> told = new LinkedHashSet<>();
    EventJson json = new EventJson();
    for (ModelEvent event : SampleRecords.of(ModelEvent.class)) {
      JsonNode record = JSON.readTree(json.encode(event));
      if (told.add(record.path("event").asText())) {
        Set<String> own = new LinkedHashSet<>();
        record.fieldNames().forEachRemaining(own::add);
        own.removeAll(ofAll);
        page.append(
            "| `%s` | %s | %s |\n"
                .formatted(
                    record.path("event").asText(),
                    comment(source, event.what().getClass().getSimpleName()),
                    own.isEmpty()
                        ? "no more"
                        : own.stream().collect(Collectors.joining("`, `", "`", "`"))));
      }
    }
  }

  /** What the source says of a record class, without what it says of its components. */
  private static String comment(String source, String name) {
    Matcher comment =
        Pattern.compile(
                "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public record " + name + "\\(", Pattern.DOTALL)
            .matcher(source);
    assertThat(comment.find()).as(name).isTrue();
    return comment.group(1).replaceAll("(?s)@param.*", "").replaceAll("[\\s*]+", " ").strip();
  }

  /** Names of pages as links from this one. */
  private static String linked(String text) {
    return text.replaceAll("docs/reference/([\\w-]+\\.md)", "[$1]($1)")
        .replaceAll("docs/([\\w-]+\\.md)", "[$1](../$1)");
  }

  private interface Words {
    String of(JsonNode node);
  }

  private static String joined(Iterable<JsonNode> nodes, Words words, String between) {
    return StreamSupport.stream(nodes.spliterator(), false)
        .map(words::of)
        .collect(Collectors.joining(between));
  }

  private static JsonNode schema(String name) {
    return document.at("/components/schemas/" + name);
  }

  private static JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asText();
    return reference.startsWith("#") ? resolved(document.at(reference.substring(1))) : node;
  }
}
