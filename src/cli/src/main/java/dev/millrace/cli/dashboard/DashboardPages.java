package dev.millrace.cli.dashboard;

import dev.millrace.cli.http.HttpReply;
import dev.millrace.report.Score;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Files of the page. */
final class DashboardPages {
  private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";
  private static final List<String> SCRIPTS =
      List.of(
          "theme",
          "dashboard",
          "format",
          "views",
          "head",
          "keys",
          "charts",
          "model",
          "matrix",
          "tables",
          "summary",
          "dead-letters",
          "saved");

  private DashboardPages() {}

  /** Returns the contents of the files by path; that of the page itself is {@code /index.html}. */
  static Map<String, byte[]> contents() {
    Map<String, byte[]> contents = new HashMap<>();
    load()
        .forEach(
            (path, reply) -> contents.put(path.equals("/") ? "/index.html" : path, bytes(reply)));
    return contents;
  }

  private static byte[] bytes(HttpReply reply) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      reply.body().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array takes all
    }
    return bytes.toByteArray();
  }

  /** Returns the files by path, read from the class path. */
  static Map<String, HttpReply> load() {
    Map<String, HttpReply> pages = new HashMap<>();
    pages.put("/", HttpReply.resource("dashboard/index.html", "text/html; charset=utf-8"));
    pages.put("/dashboard.css", HttpReply.resource("dashboard/dashboard.css", STYLE));
    pages.put("/favicon.svg", HttpReply.resource("dashboard/favicon.svg", "image/svg+xml"));
    pages.put("/uplot.js", HttpReply.resource(UPLOT + "uPlot.iife.min.js", SCRIPT));
    pages.put("/uplot.css", HttpReply.resource(UPLOT + "uPlot.min.css", STYLE));
    for (String script : SCRIPTS) {
      String file = script + ".js";
      pages.put("/" + file, HttpReply.resource("dashboard/" + file, SCRIPT));
    }
    pages.put("/scores.js", HttpReply.bytes(SCRIPT, scores().getBytes(StandardCharsets.UTF_8)));
    return pages;
  }

  /** Returns the catalogue of scores as a module: by kind and name, their label and direction. */
  private static String scores() {
    String kinds =
        DashboardLines.object(
            out -> {
              for (Score.Kind kind : Score.Kind.values()) {
                out.writeObjectFieldStart(kind.name().toLowerCase(Locale.ROOT));
                for (Score score : Score.of(kind)) {
                  if (score.part() == null) {
                    out.writeObjectFieldStart(score.field());
                    out.writeStringField("label", score.label());
                    out.writeNumberField("better", sign(score.better()));
                    out.writeEndObject();
                  }
                }
                out.writeEndObject();
              }
            });
    return "export const SCORES = " + kinds + ";\n";
  }

  private static int sign(Score.Better better) {
    return switch (better) {
      case HIGHER -> 1;
      case LOWER -> -1;
      case NEITHER, FLAG -> 0;
    };
  }
}
