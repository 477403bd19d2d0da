package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.report.Reasons;
import dev.millrace.report.Reasons.Contribution;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes the reasons for a prediction into an open object. */
final class ReasonsJson {
  private ReasonsJson() {}

  /** Writes the field {@code reasons} if there are any. */
  static void write(JsonGenerator json, @Nullable Reasons reasons) throws IOException {
    if (reasons == null) {
      return;
    }
    json.writeObjectFieldStart("reasons");
    if (reasons.className() != null) {
      json.writeStringField("class", reasons.className());
      JsonLine.number(json, reasons.areLogOdds() ? "log_odds" : "score", reasons.total());
    }
    JsonLine.number(json, "base", reasons.base());
    json.writeObjectFieldStart("columns");
    for (Contribution column : reasons.columns()) {
      JsonLine.number(json, column.column(), column.value());
    }
    json.writeEndObject();
    JsonLine.number(json, "others", reasons.others());
    json.writeEndObject();
  }
}
