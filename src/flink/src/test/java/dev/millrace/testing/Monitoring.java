package dev.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the project's alerts and its dashboard ask Prometheus. */
public final class Monitoring {
  public static final Path PROMETHEUS = Path.of("deploy", "prometheus");
  public static final Path DASHBOARD = Path.of("deploy", "grafana", "dashboards", "millrace.json");

  private static final Pattern FLINK = Pattern.compile("\\bflink_\\w+");
  private static final Pattern SERVE = Pattern.compile("\\bmillrace_serve_\\w+");

  private Monitoring() {}

  /** The expressions of the alerts. */
  public static List<String> alertQueries() throws IOException {
    return rules().findValuesAsText("expr");
  }

  /** The names of the alerts. */
  public static List<String> alerts() throws IOException {
    return rules().findValuesAsText("alert");
  }

  /** The page and heading of each alert, as seen from the project's root. */
  public static List<String> alertDocs() throws IOException {
    return rules().findValuesAsText("docs");
  }

  /** The expressions of the dashboard, with what Grafana would put for its variables. */
  public static List<String> dashboardQueries() throws IOException {
    return new ObjectMapper()
        .readTree(DASHBOARD.toFile()).findValuesAsText("expr").stream()
            .map(query -> query.replace("$job", ".*").replace("$__rate_interval", "1m"))
            .toList();
  }

  /** The series of {@code serve} that an expression asks for. */
  public static Set<String> serveSeries(List<String> queries) {
    return series(SERVE, queries);
  }

  /**
   * The series of Flink that an expression asks for; of a histogram its name, without {@code
   * _count}.
   */
  public static Set<String> series(List<String> queries) {
    return series(FLINK, queries);
  }

  private static Set<String> series(Pattern names, List<String> queries) {
    return queries.stream()
        .flatMap(query -> names.matcher(query).results())
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The series of Flink that the alerts and the dashboard ask for, and a pipeline without RocksDB,
   * schema registry and delayed labels has.
   */
  public static Set<String> seriesOfEachPipeline() throws IOException {
    Set<String> asked = series(alertQueries());
    asked.addAll(series(dashboardQueries()));
    asked.removeIf(Monitoring::isOfOtherPipelines);
    return asked;
  }

  /** Whether only RocksDB, a schema registry or late labels have it. */
  public static boolean isOfOtherPipelines(String name) {
    return name.contains("_cache")
        || name.contains("_registry_")
        || name.endsWith("_label_joins_total");
  }

  private static JsonNode rules() throws IOException {
    return new YAMLMapper().readTree(PROMETHEUS.resolve("alerts.yml").toFile());
  }
}
