package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.json.MetricsJson;
import dev.millrace.report.MetricsReport;
import dev.millrace.testing.SampleRecords;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DashboardColumnsTest {

  @ParameterizedTest
  @EnumSource
  void recordsHaveEachFigureThatIsDrawn(DashboardColumns columns) throws IOException {
    Set<String> absent = new TreeSet<>();
    for (int c = 0; c < columns.count(); c++) {
      absent.add(columns.name(c));
    }

    for (MetricsReport report : SampleRecords.of(MetricsReport.class)) {
      float[] values = columns.read(new ObjectMapper().readTree(new MetricsJson().encode(report)));
      for (int c = 0; c < values.length; c++) {
        if (!Float.isNaN(values[c])) {
          absent.remove(columns.name(c));
        }
      }
    }

    assertThat(absent).isEmpty();
  }
}
