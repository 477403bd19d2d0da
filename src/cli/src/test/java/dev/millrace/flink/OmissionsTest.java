package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Example;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What decoded records have that no model sees. */
class OmissionsTest {
  private final Map<String, Counter> counters = new HashMap<>();
  private final Omissions omissions =
      new Omissions(
          new UnregisteredMetricsGroup() {
            @Override
            public MetricGroup addGroup(String name) {
              return this;
            }

            @Override
            public <C extends Counter> C counter(String name, C counter) {
              counters.put(name, counter);
              return counter;
            }

            @Override
            public Counter counter(String name) {
              return counter(name, super.counter(name));
            }
          });

  private final Logger logger = (Logger) LogManager.getLogger(Omissions.class);
  private final StringWriter log = new StringWriter();
  private final WriterAppender appender =
      WriterAppender.newBuilder()
          .setName("captured")
          .setTarget(log)
          .setLayout(PatternLayout.newBuilder().withPattern("%m%n").build())
          .build();

  @BeforeEach
  void captureLog() {
    appender.start();
    logger.addAppender(appender);
    logger.setLevel(Level.WARN);
  }

  @AfterEach
  void releaseLog() {
    logger.removeAppender(appender);
    logger.setLevel(null); // that of its parent
  }

  @Test
  void theFirstUnlistedValueOfEachFeatureIsLogged() {
    Example example = new Example();
    example.unlistedFeatures.addAll(List.of("card", "country"));
    example.unlistedValues.addAll(List.of("dine\u001brs", "atlantis"));
    omissions.count(example);
    example.unlistedValues.set(1, "lemuria");
    omissions.count(example);

    assertThat(log.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("Feature card: the value dine?rs is not among"),
            line -> assertThat(line).startsWith("Feature country: the value atlantis is not"));
  }

  @Test
  void theFirstRecordThatIsCutIsLoggedOfEachFeatureAndAllAreCounted() {
    Example example = new Example();
    example.cutFeatures.addAll(List.of("query", "tags"));
    omissions.count(example);
    omissions.count(example);

    assertThat(log.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("Feature query: a record has more ids than"),
            line -> assertThat(line).startsWith("Feature tags: a record has more ids than"));
    assertThat(counters.get("cut_features_total").getCount()).isEqualTo(4);
  }

  @Test
  void eachUnlistedValueAndEachIgnoredFieldIsCounted() {
    Example example = new Example();
    omissions.count(example);
    example.unlistedFeatures.addAll(List.of("card", "country"));
    example.unlistedValues.addAll(List.of("dine\u001brs", "atlantis"));
    for (int i = 0; i < 30; i++) {
      example.ignoredFields.add("field-" + i);
    }
    omissions.count(example);
    omissions.count(example);

    assertThat(counters.get("unlisted_values_total").getCount()).isEqualTo(4);
    assertThat(counters.get("ignored_fields_total").getCount()).isEqualTo(60);
  }
}
