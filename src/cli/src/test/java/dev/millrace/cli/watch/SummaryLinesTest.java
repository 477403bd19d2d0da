package dev.millrace.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class SummaryLinesTest {
  @Test
  void allKeysTogetherThenTheWorst() throws Exception {
    String record =
        """
        {"pipeline":"p","time":"2026-11-25T09:14:05.000Z","keys":1204,"active":1180,"examples":50419200,
         "accuracy":null,"loss":{"mean":0.3,"min":0.1,"p10":0.2,"p50":0.3,"p90":0.4,"max":1.02},
         "drifting":{"count":3,"keys":["shop-2","shop-7"]},
         "worst":[{"key":"shop-17","examples":42000,"loss":1.02,"accuracy":null}]}
        """;

    assertThat(MetricsRecords.parse(record)).isEmpty();
    assertThat(SummaryLines.of(new ObjectMapper().readTree(record)).stream().map(String::strip))
        .containsExactly(
            "2026-11-25T09:14:05.000Z  1,204 keys, 1,180 active, 50,419,200 examples",
            "loss      mean 0.300  min 0.100  p10 0.200  p50 0.300  p90 0.400  max 1.020",
            "drifting  shop-2, shop-7 and 1 more",
            "worst                                        examples     loss accuracy",
            "shop-17                                        42,000    1.020        -");
  }
}
