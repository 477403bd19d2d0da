package dev.millrace.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** The files of the page, read once from the class path. */
final class DashboardPages {
  private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";

  /** One file as it is sent. */
  record Page(String contentType, byte[] body) {}

  private final Map<String, Page> byPath;

  DashboardPages() throws IOException {
    Page index = load("dashboard/index.html", "text/html; charset=utf-8");
    byPath =
        Map.of(
            "/", index,
            "/index.html", index,
            "/dashboard.js", load("dashboard/dashboard.js", "text/javascript; charset=utf-8"),
            "/dashboard.css", load("dashboard/dashboard.css", "text/css; charset=utf-8"),
            "/favicon.svg", load("dashboard/favicon.svg", "image/svg+xml"),
            "/uplot.js", load(UPLOT + "uPlot.iife.min.js", "text/javascript; charset=utf-8"),
            "/uplot.css", load(UPLOT + "uPlot.min.css", "text/css; charset=utf-8"));
  }

  Optional<Page> find(String path) {
    return Optional.ofNullable(byPath.get(path));
  }

  private static Page load(String resource, String contentType) throws IOException {
    try (InputStream in = DashboardPages.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException("The dashboard's file " + resource + " is not in the jar");
      }
      return new Page(contentType, in.readAllBytes());
    }
  }
}
