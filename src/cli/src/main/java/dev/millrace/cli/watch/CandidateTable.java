package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which of several models of a key answers, and how well the others do, in words. */
final class CandidateTable {
  private static final Comparator<JsonNode> MIN_LOSS_FIRST =
      Comparator.comparingDouble(model -> model.path(lossName(model)).asDouble(Double.MAX_VALUE));

  private CandidateTable() {}

  /** Those of a metrics record, the champion first; none if its key has but one model. */
  static List<String> of(JsonNode record) {
    List<JsonNode> challengers = new ArrayList<>();
    List<String> standings = new ArrayList<>();
    for (JsonNode model : record.path("models")) {
      if (model.path("role").asText().equals("champion")) {
        standings.add(
            "%s answers, %s %s;"
                .formatted(name(model), lossName(model).replace('_', '-'), loss(model)));
      } else {
        challengers.add(model);
      }
    }
    challengers.sort(MIN_LOSS_FIRST);
    for (int i = 0; i < challengers.size(); i++) {
      standings.add(challenger(challengers.get(i)) + (i + 1 < challengers.size() ? "," : ""));
    }
    return standings;
  }

  private static String challenger(JsonNode model) {
    double lead = model.path("lead").asDouble();
    String lower = lead == 0 ? "" : " (lower for %s)".formatted(MetricsTable.grouped(lead));
    return name(model) + " " + loss(model) + lower;
  }

  private static String name(JsonNode model) {
    return model.path("name").asText();
  }

  private static String lossName(JsonNode model) {
    return model.has("mae") ? "mae" : "log_loss";
  }

  private static String loss(JsonNode model) {
    JsonNode loss = model.path(lossName(model));
    return MetricsTable.number(loss.isNumber() ? loss.doubleValue() : Double.NaN);
  }
}
