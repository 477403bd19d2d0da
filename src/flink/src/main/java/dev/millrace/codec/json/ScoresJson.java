package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** Writes blocks of scores into an open object, and reads them back. */
final class ScoresJson {
  private ScoresJson() {}

  /** Writes the counts and the scores of a block. */
  static void write(JsonGenerator json, ScoreBlock block) throws IOException {
    writeCounts(json, block);
    write(json, block, block.scores().keySet());
  }

  static void writeCounts(JsonGenerator json, ScoreBlock block) throws IOException {
    json.writeNumberField("examples", block.examples());
    if (!Double.isNaN(block.weight())) {
      json.writeFieldName("weight");
      JsonLine.weight(json, block.weight());
    }
  }

  /** Writes those of the wanted scores that a block has; null for one that does not exist yet. */
  static void write(JsonGenerator json, ScoreBlock block, Collection<Score> wanted)
      throws IOException {
    Score.Part open = null;
    for (Score score : wanted) {
      if (!block.has(score)) {
        continue;
      }
      if (open != null && open != score.part()) {
        json.writeEndObject();
      }
      if (score.part() != null && open != score.part()) {
        json.writeObjectFieldStart(score.part().field());
      }
      open = score.part();
      double value = block.get(score);
      if (score.better() != Score.Better.FLAG) {
        JsonLine.number(json, score.field(), value);
      } else if (Double.isNaN(value)) {
        json.writeNullField(score.field());
      } else {
        json.writeBooleanField(score.field(), value != 0);
      }
    }
    if (open != null) {
      json.writeEndObject();
    }
  }

  /**
   * Reads what {@link #write(JsonGenerator, ScoreBlock)} wrote; a field that is no score is left
   * out. A block of values has their error, one of sets their exact matches.
   */
  static ScoreBlock read(JsonNode block) {
    Score.Kind kind =
        block.has(Score.MAE.field())
            ? Score.Kind.VALUES
            : block.has(Score.EXACT_MATCH.field()) ? Score.Kind.SETS : Score.Kind.CLASSES;
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    for (Score score : Score.of(kind)) {
      JsonNode holder = score.part() == null ? block : block.path(score.part().field());
      JsonNode value = holder.path(score.field());
      if (value.isBoolean()) {
        scores.put(score, ScoreBlock.number(value.booleanValue()));
      } else if (value.isNumber() || value.isNull()) {
        scores.put(score, number(value));
      }
    }
    return new ScoreBlock(block.path("examples").longValue(), number(block.path("weight")), scores);
  }

  /** Returns a number, NaN if there is none. */
  static double number(JsonNode node) {
    return node.isNumber() ? node.doubleValue() : Double.NaN;
  }
}
