package dev.millrace.cli.dashboard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files of the page, read once from the class path. */
final class DashboardPages {
  private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";

  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  private final Map<String, DashboardReply> byPath = new HashMap<>();

  DashboardPages() throws IOException {
    byPath.put("/", load("dashboard/index.html", "text/html; charset=utf-8"));
    byPath.put("/dashboard.css", load("dashboard/dashboard.css", STYLE));
    byPath.put("/favicon.svg", load("dashboard/favicon.svg", "image/svg+xml"));
    byPath.put("/uplot.js", load(UPLOT + "uPlot.iife.min.js", SCRIPT));
    byPath.put("/uplot.css", load(UPLOT + "uPlot.min.css", STYLE));
    for (String script :
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
            "fleet",
            "letters")) {
      byPath.put("/" + script + ".js", load("dashboard/" + script + ".js", SCRIPT));
    }
  }

  Optional<DashboardReply> find(String path) {
    return Optional.ofNullable(byPath.get(path));
  }

  private static DashboardReply load(String resource, String contentType) throws IOException {
    try (InputStream in = DashboardPages.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException("The dashboard's file " + resource + " is not in the jar");
      }
      return new DashboardReply(200, contentType, in.readAllBytes());
    }
  }
}
