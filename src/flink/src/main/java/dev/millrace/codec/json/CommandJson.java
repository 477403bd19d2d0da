package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.data.ModelCommand;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.ModelCommand.Promote;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads and writes commands to a running job, such as {@code
 * {"command":"promote","pipeline":"fraud","model":"big"}}; the record key is the model key.
 */
public final class CommandJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String PROMOTE = "promote";
  private static final String ERASE = "erase";
  private static final Set<String> FIELDS = Set.of("command", "pipeline", "model", "column", "id");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");

  private CommandJson() {}

  /** Returns the command in UTF-8. */
  public static byte[] encode(ModelCommand command) {
    return new JsonLine(128).encode(json -> write(json, command));
  }

  private static void write(JsonGenerator json, ModelCommand command) throws IOException {
    json.writeStartObject();
    json.writeStringField("command", command instanceof Promote ? PROMOTE : ERASE);
    json.writeStringField("pipeline", command.pipeline());
    if (command instanceof Promote promotion) {
      json.writeStringField("model", promotion.model());
    } else if (command instanceof Erase erasure && erasure.id() != null) {
      json.writeStringField("column", erasure.id().column());
      json.writeStringField("id", HexFormat.of().toHexDigits(erasure.id().hash()));
    }
    json.writeEndObject();
  }

  /**
   * Reads a command.
   *
   * @throws IOException if the value is not a command; the message has the reason
   */
  public static ModelCommand decode(byte[] value) throws IOException {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = JSON.createParser(value)) {
      require(json.nextToken() == JsonToken.START_OBJECT, "not a JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        String text = json.nextTextValue();
        require(text != null, "field " + name + " is not a text");
        require(FIELDS.contains(name), "unknown field " + name);
        fields.put(name, text);
      }
    }
    String command = fields.get("command");
    if (PROMOTE.equals(command)) {
      return promotion(fields);
    }
    require(ERASE.equals(command), "command must be promote or erase, but was " + command);
    return erasure(fields);
  }

  private static Promote promotion(Map<String, String> fields) throws IOException {
    String pipeline = fields.get("pipeline");
    String model = fields.get("model");
    if (pipeline == null || model == null) {
      throw new IOException("promote needs pipeline and model");
    }
    return new Promote(pipeline, model);
  }

  private static Erase erasure(Map<String, String> fields) throws IOException {
    String pipeline = fields.get("pipeline");
    String column = fields.get("column");
    String id = fields.get("id");
    if (pipeline == null) {
      throw new IOException("erase needs pipeline");
    }
    if (column == null && id == null) {
      return new Erase(pipeline, null);
    }
    if (column == null || id == null) {
      throw new IOException("erase needs both column and id, or neither to erase the key");
    }
    require(HASH.matcher(id).matches(), "id must be the hash of one, in 16 hexadecimal digits");
    return new Erase(pipeline, new Erase.Id(column, HexFormat.fromHexDigitsToLong(id)));
  }

  private static void require(boolean isValid, String message) throws IOException {
    if (!isValid) {
      throw new IOException(message);
    }
  }
}
