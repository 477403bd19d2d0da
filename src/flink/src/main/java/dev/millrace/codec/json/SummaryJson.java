package dev.millrace.codec.json;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.report.SummaryReport;
import dev.millrace.report.SummarySample;
import java.util.Optional;

/** Writes summaries as JSON, one compact line each, and reads them. Thread-safe. */
public final class SummaryJson {
  private static final JsonMapper MAPPER =
      RecordMapper.builder()
          .addMixIn(SummaryReport.class, ReportFields.class)
          .addMixIn(SummarySample.class, SampleFields.class)
          .build();

  private interface ReportFields {
    @JsonSerialize(using = RecordMapper.TimeWriter.class)
    @JsonDeserialize(using = RecordMapper.TimeReader.class)
    @JsonProperty(required = true)
    long time();

    @JsonProperty("config_hash")
    String config();
  }

  @JsonIgnoreProperties({"drifts", "warned", "input_drifts", "drifted_column"})
  private interface SampleFields {}

  private SummaryJson() {}

  /** Returns the report in UTF-8, without a line end. */
  public static byte[] encode(SummaryReport report) {
    try {
      return MAPPER.writeValueAsBytes(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a summary has JSON's types alone", e);
    }
  }

  /** Returns the report in a JSON value, empty when that is anything else. */
  public static Optional<SummaryReport> decode(JsonNode record) {
    try {
      return Optional.ofNullable(MAPPER.treeToValue(record, SummaryReport.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
