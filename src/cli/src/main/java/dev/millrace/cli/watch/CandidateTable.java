package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Formats champion and challengers of a key as text. */
final class CandidateTable {
  private static final Comparator<JsonNode> MIN_LOSS_FIRST =
      Comparator.comparingDouble(model -> model.path(lossName(model)).asDouble(Double.MAX_VALUE));

  private CandidateTable() {}

  /** Returns one text per model, the champion first; none if the key has only one model. */
  static List<String> of(JsonNode record) {
    List<JsonNode> challengers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (JsonNode model : record.path("models")) {
      if (model.path("role").asText().equals("champion")) {
        texts.add(
            "%s answers, %s %s;"
                .formatted(name(model), lossName(model).replace('_', '-'), loss(model)));
      } else {
        challengers.add(model);
      }
    }
    challengers.sort(MIN_LOSS_FIRST);
    for (int i = 0; i < challengers.size(); i++) {
      texts.add(challenger(challengers.get(i)) + (i + 1 < challengers.size() ? "," : ""));
    }
    return texts;
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
