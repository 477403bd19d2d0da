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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The alerts and the dashboard, as they stand and as Prometheus' own tool understands them. */
class MonitoringTest {

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
  void everyAlertSaysHowBadItIsWhatItIsAndWhatToDo() throws IOException {
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
  void everyAlertHasAnExample() throws IOException {
    String examples = Files.readString(Monitoring.PROMETHEUS.resolve("alerts_test.yml"));

    assertThat(Monitoring.alerts()).hasSizeGreaterThan(8).allMatch(examples::contains);
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

  @Test
  void promtoolAcceptsTheConfigurationAndTheAlerts() {
    assertThat(promtool("check", "config", "prometheus.yml")).contains("SUCCESS");
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
