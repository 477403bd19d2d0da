package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.data.PromoteRequest;
import java.io.IOException;

/**
 * Commands to a running job as JSON, such as {@code
 * {"command":"promote","pipeline":"fraud","model":"big"}}; the record key is the model key.
 */
public final class CommandJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String PROMOTE = "promote";

  private CommandJson() {}

  /** The command in UTF-8. */
  public static byte[] encode(PromoteRequest command) {
    return new JsonLine(128)
        .encode(
            json -> {
              json.writeStartObject();
              json.writeStringField("command", PROMOTE);
              json.writeStringField("pipeline", command.pipeline());
              json.writeStringField("model", command.model());
              json.writeEndObject();
            });
  }

  /**
   * Reads a command.
   *
   * @throws IOException if it is none, saying why
   */
  public static PromoteRequest decode(byte[] value) throws IOException {
    String command = null;
    String pipeline = null;
    String model = null;
    try (JsonParser json = JSON.createParser(value)) {
      require(json.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        String text = json.nextTextValue();
        require(text != null, "its field " + name + " is no text");
        switch (name) {
          case "command" -> command = text;
          case "pipeline" -> pipeline = text;
          case "model" -> model = text;
          default -> require(false, "it has a field " + name + ", which no command has");
        }
      }
    }
    require(PROMOTE.equals(command), "command must be " + PROMOTE + ", but was " + command);
    require(pipeline != null && model != null, "promote needs pipeline and model");
    return new PromoteRequest(pipeline, model);
  }

  private static void require(boolean met, String otherwise) throws IOException {
    if (!met) {
      throw new IOException(otherwise);
    }
  }
}
