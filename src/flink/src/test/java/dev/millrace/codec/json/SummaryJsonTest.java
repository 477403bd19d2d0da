package dev.millrace.codec.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.report.SummaryReport;
import dev.millrace.report.SummaryReport.Drifting;
import dev.millrace.report.SummaryReport.Spread;
import dev.millrace.report.SummarySample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aReportOfAllKeysIsOneLineInAStableOrder() {
    SummaryReport report =
        new SummaryReport(
            "fraud",
            1_234,
            9,
            8,
            700,
            null,
            new Spread(1, 2, 3, 4, 5, Double.NaN),
            new Drifting(2, List.of("b", "a"), List.of("amount")),
            List.of(
                new SummarySample("b", 70, 0.75, 0.5, 3, true),
                new SummarySample("c", 60, 0.25, Double.NaN, 0, false)),
            "b1946ac9");

    assertThat(new String(SummaryJson.encode(report), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"pipeline":"fraud","time":"1970-01-01T00:00:01.234Z","keys":9,"active":8,\
            "examples":700,"accuracy":null,\
            "loss":{"mean":1.0,"min":2.0,"p10":3.0,"p50":4.0,"p90":5.0,"max":null},\
            "drifting":{"count":2,"keys":["b","a"],"columns":["amount"]},\
            "worst":[{"key":"b","examples":70,"loss":0.75,"accuracy":0.5},\
            {"key":"c","examples":60,"loss":0.25,"accuracy":null}],\
            "config_hash":"b1946ac9"}\
            """);
  }

  @Test
  void aReportThatIsReadBackIsWrittenInTheSameBytes() throws IOException {
    String line =
        """
        {"pipeline":"fraud","time":"1970-01-01T00:00:01.234Z","keys":9,"active":8,\
        "examples":700,"accuracy":null,\
        "loss":{"mean":1.0,"min":2.0,"p10":3.0,"p50":4.0,"p90":5.0,"max":null},\
        "drifting":{"count":2,"keys":["b","a"],"columns":[]},\
        "worst":[{"key":"b","examples":70,"loss":0.75,"accuracy":null}],\
        "config_hash":"b1946ac9"}\
        """;

    SummaryReport report = SummaryJson.decode(JSON.readTree(line)).orElseThrow();

    assertThat(report.worst().get(0).loss()).isEqualTo(0.75);
    assertThat(new String(SummaryJson.encode(report), StandardCharsets.UTF_8)).isEqualTo(line);
  }

  @Test
  void aWorstKeyWithoutItsNameIsNoReport() throws IOException {
    String record =
        "{\"time\":\"2026-11-25T09:14:05.000Z\",\"keys\":1,\"worst\":[{\"loss\":0.75}]}";

    assertThat(SummaryJson.decode(JSON.readTree(record))).isEmpty();
  }

  @Test
  void anyOtherRecordIsNoReport() throws IOException {
    for (String line :
        List.of("7", "{}", "{\"time\":\"yesterday\",\"keys\":1,\"worst\":[]}", "{\"time\":1}")) {
      assertThat(SummaryJson.decode(JSON.readTree(line))).as(line).isEmpty();
    }
  }
}
