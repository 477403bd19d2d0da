package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.watch.MetricsRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The dashboard's page in one file that needs no server and no network: scripts, styles and the
 * answers of the server are in it. Not thread-safe.
 */
public final class SavedPage {
  private static final int MAX_KEYS = 500;
  private static final int POINT_BUDGET = 60_000; // over all keys, a few MB
  private static final long LINE_BUDGET = 64L << 20;

  // No event time is too far ahead: the records are not of a live stream.
  private static final long ANY_TIME = Long.MAX_VALUE / 2;

  private static final Pattern SCRIPT = Pattern.compile("<script src=\"(/[^\"]+)\"[^>]*></script>");
  private static final Pattern STYLE =
      Pattern.compile("<link rel=\"stylesheet\" href=\"(/[^\"]+)\">");
  private static final Pattern IMAGE = Pattern.compile("(?<=src=\"|href=\")(/[^\"]+\\.svg)(?=\")");
  private static final Pattern IMPORT = Pattern.compile("(?<=from \")\\./(?=[^\"]+\\.js\")");
  private static final String MAIN = "/dashboard.js";
  private static final String MODULES = "millrace/"; // in place of the server's address

  private final Map<String, byte[]> files = DashboardPages.contents();
  private final DashboardMarks marks = new DashboardMarks();
  private final DashboardHistory history =
      new DashboardHistory(marks, DashboardHistory.MAX_KEYS, LINE_BUDGET, POINT_BUDGET);

  /** Adds one line of the metrics or the events topic; ignores other lines. */
  public void accept(String json) {
    JsonNode node = MetricsRecords.read(json);
    DashboardRecord.of(node, json.strip(), ANY_TIME)
        .ifPresentOrElse(
            record -> history.add(record, System.nanoTime()),
            () -> DashboardMark.of(node).ifPresent(marks::add));
  }

  /**
   * Writes the page.
   *
   * @param state text in place of the state of the connection
   * @param note text in the page's head
   * @throws CliError if the file cannot be written
   */
  public void write(Path file, String state, String note) {
    OutputFile.write(file, page(answers(state, note)).getBytes(StandardCharsets.UTF_8));
  }

  private String page(String answers) {
    String page = text("/index.html");
    page = STYLE.matcher(page).replaceAll(link -> quoted("<style>" + inFile(link) + "</style>"));
    page =
        SCRIPT
            .matcher(page)
            .replaceAll(
                script ->
                    quoted(
                        script.group(1).equals(MAIN)
                            ? modules(answers)
                            : "<script>" + inFile(script) + "</script>"));
    return IMAGE
        .matcher(page)
        .replaceAll(image -> quoted(data("image/svg+xml", text(image.group(1)))));
  }

  private static String quoted(String text) {
    return Matcher.quoteReplacement(text);
  }

  private String inFile(MatchResult tag) {
    return text(tag.group(1));
  }

  private String text(String path) {
    return new String(Objects.requireNonNull(files.get(path)), StandardCharsets.UTF_8);
  }

  /** Returns the saved answers and all modules; those of a file may not import other files. */
  private String modules(String answers) {
    Map<String, String> imports = new HashMap<>();
    for (String path : files.keySet()) {
      if (path.endsWith(".js")) {
        String script = IMPORT.matcher(text(path)).replaceAll(MODULES);
        imports.put(MODULES + path.substring(1), data("text/javascript", script));
      }
    }
    String map = DashboardLines.object(out -> out.writeObjectField("imports", imports));
    return """
        <script type="application/json" id="saved">%s</script>
        <script type="importmap">%s</script>
        <script type="module">import "%s";</script>"""
        .formatted(answers, map, MODULES + MAIN.substring(1));
  }

  private static String data(String type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes);
  }

  private String answers(String state, String note) {
    long now = System.nanoTime();
    List<DashboardRecord> all = history.sorted("", DashboardOrder.LOSS);
    List<DashboardRecord> keys = all.subList(0, Math.min(MAX_KEYS, all.size()));
    return DashboardLines.object(
            out -> {
              out.writeStringField("state", state);
              out.writeObjectFieldStart("overview");
              history.writeOverview(out, now);
              new DashboardSummary().writeOverview(out);
              out.writeNumberField("dead_letters", 0);
              out.writeNumberField("events", marks.count());
              out.writeStringField(
                  "note",
                  keys.size() == all.size()
                      ? note
                      : "%s; the worst %d of %,d keys".formatted(note, keys.size(), all.size()));
              out.writeStringField("trouble", "");
              out.writeEndObject();
              writeKeys(out, keys);
              out.writeObjectFieldStart("summary");
              new DashboardSummary().write(out, history.summary(now, 0), -1, now);
              history.writeFigures(out);
              out.writeEndObject();
              writeEvents(out, null);
              out.writeObjectFieldStart("dead_letters");
              out.writeArrayFieldStart("reasons");
              out.writeEndArray();
              out.writeEndObject();
            })
        .replace("<", "\\u003c"); // no text ends the script
  }

  private void writeKeys(JsonGenerator out, List<DashboardRecord> keys) throws IOException {
    out.writeArrayFieldStart("keys");
    for (DashboardRecord record : keys) {
      out.writeStartObject();
      out.writeObjectFieldStart("summary");
      history.writeListed(out, record);
      out.writeEndObject();
      out.writeFieldName("history");
      out.writeRawValue(history.historyJson(record.key(), -1).orElseThrow());
      out.writeFieldName("latest");
      out.writeRawValue(record.json());
      writeEvents(out, record.key());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeObjectFieldStart("orders");
    for (DashboardOrder order : DashboardOrder.values()) {
      out.writeArrayFieldStart(order.id());
      for (DashboardRecord record : keys.stream().sorted(order.comparator()).toList()) {
        out.writeNumber(keys.indexOf(record));
      }
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  private void writeEvents(JsonGenerator out, @Nullable String key) throws IOException {
    out.writeObjectFieldStart("events");
    marks.write(out, key);
    out.writeEndObject();
  }
}
