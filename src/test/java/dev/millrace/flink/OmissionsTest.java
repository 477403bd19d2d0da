package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Example;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
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

  @Test
  void eachUnlistedValueAndEachIgnoredFieldIsCounted() {
    Example example = new Example();
    omissions.count(example);
    example.unlistedFeatures.addAll(List.of("card", "country"));
    example.unlistedValue = "dine\u001brs";
    for (int i = 0; i < 30; i++) {
      example.ignoredFields.add("field-" + i);
    }
    omissions.count(example);
    omissions.count(example);

    assertThat(counters.get("unlisted_values").getCount()).isEqualTo(4);
    assertThat(counters.get("ignored_fields").getCount()).isEqualTo(60);
  }
}
