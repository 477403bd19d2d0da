package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.flink.JobMetric;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Monitoring;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The alerts and the dashboard, as they stand and as Prometheus' own tool understands them. */
class MonitoringTest {
  private static final Pattern OWNER =
      Pattern.compile("(?:job_name|job=\"millrace-serve\", instance)=\"([^\"]+)\"");

  @Test
  void alertsAndDashboardAskForMetricsThatExist() throws IOException {
    Set<String> known =
        Arrays.stream(JobMetric.values())
            .map(JobMetric::prometheusName)
            .collect(Collectors.toSet());
    Set<String> asked = Monitoring.series(Monitoring.alertQueries());
    asked.addAll(Monitoring.series(Monitoring.dashboardQueries()));
    asked.removeIf(name -> !name.contains("millrace"));

    assertThat(asked).hasSizeGreaterThan(15);
    assertThat(known).containsAll(asked);
  }

  @Test
  void everyAlertHasASeverityASummaryAndARemedy() throws IOException {
    JsonNode rules =
        new YAMLMapper()
            .readTree(Monitoring.PROMETHEUS.resolve("alerts.yml").toFile())
            .at("/groups/0/rules");

    assertThat(rules).isNotEmpty();
    for (JsonNode rule : rules) {
      String alert = rule.path("alert").asText();
      assertThat(rule.at("/labels/severity").asText())
          .as(alert)
          .isIn("critical", "warning", "info");
      assertThat(rule.at("/annotations/summary").asText()).as(alert).isNotBlank();
      assertThat(rule.at("/annotations/remedy").asText()).as(alert).isNotBlank();
    }
  }

  @Test
  void everyAlertHasAnExampleInWhichOneOfTwoPipelinesFails() throws IOException {
    JsonNode examples =
        new YAMLMapper()
            .readTree(Monitoring.PROMETHEUS.resolve("alerts_test.yml").toFile())
            .path("tests");

    assertThat(Monitoring.alerts()).hasSizeGreaterThan(8);
    for (String alert : Monitoring.alerts()) {
      assertThat(examples)
          .as(alert)
          .anyMatch(example -> firings(example, alert) == 1 && owners(example).size() == 2);
    }
  }

  /** The largest number of alerts of a name that an example expects at a time. */
  private static long firings(JsonNode example, String alert) {
    long most = 0;
    for (JsonNode expected : example.findValues("exp_samples")) {
      long firings =
          expected.findValuesAsText("labels").stream()
              .filter(labels -> labels.contains("\"" + alert + "\""))
              .count();
      most = Math.max(most, firings);
    }
    for (JsonNode rule : example.path("alert_rule_test")) {
      if (rule.path("alertname").asText().equals(alert)) {
        most = Math.max(most, rule.path("exp_alerts").size());
      }
    }
    return most;
  }

  /** The pipelines, or servers, whose series an example has. */
  private static Set<String> owners(JsonNode example) {
    return example.findValuesAsText("series").stream()
        .map(OWNER::matcher)
        .filter(Matcher::find)
        .map(owner -> owner.group(1))
        .collect(Collectors.toSet());
  }

  @Test
  void thePanelsOfTheDashboardHaveTitlesPlacesAndIdsOfTheirOwn() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Monitoring.DASHBOARD.toFile());
    Set<Integer> ids = new HashSet<>();

    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      assertThat(panel.path("title").asText()).isNotBlank();
      int right = panel.at("/gridPos/x").asInt() + panel.at("/gridPos/w").asInt();
      assertThat(right).isLessThanOrEqualTo(24);
    }
    assertThat(ids).hasSizeGreaterThan(15);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prometheus.yml", "server.yml"})
  void promtoolAcceptsTheConfigurationsAndTheAlerts(String file) {
    assertThat(promtool("check", "config", file)).contains("SUCCESS");
  }

  @Test
  void eachAlertFiresInItsExampleAndNoneOnAHealthyJob() {
    assertThat(promtool("test", "rules", "alerts_test.yml")).contains("SUCCESS");
  }

  private static String promtool(String verb, String what, String file) {
    Path promtool = Programs.require("promtool", "prometheus");
    // Fails with what it printed unless it exits with 0.
    return ChildJvm.run(
        List.of(promtool.toString(), verb, what, Monitoring.PROMETHEUS.resolve(file).toString()));
  }
}
