package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.data.PromoteRequest;
import java.io.IOException;

/**
 * Reads and writes commands to a running job, such as {@code
 * {"command":"promote","pipeline":"fraud","model":"big"}}; the record key is the model key.
 */
public final class CommandJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String PROMOTE = "promote";

  private CommandJson() {}

  /** Returns the command in UTF-8. */
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
   * @throws IOException if the value is not a command; the message has the reason
   */
  public static PromoteRequest decode(byte[] value) throws IOException {
    String command = null;
    String pipeline = null;
    String model = null;
    try (JsonParser json = JSON.createParser(value)) {
      require(json.nextToken() == JsonToken.START_OBJECT, "not a JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        String text = json.nextTextValue();
        require(text != null, "field " + name + " is not a text");
        switch (name) {
          case "command" -> command = text;
          case "pipeline" -> pipeline = text;
          case "model" -> model = text;
          default -> require(false, "unknown field " + name);
        }
      }
    }
    require(PROMOTE.equals(command), "command must be " + PROMOTE + ", but was " + command);
    if (pipeline == null || model == null) {
      throw new IOException("promote needs pipeline and model");
    }
    return new PromoteRequest(pipeline, model);
  }

  private static void require(boolean isValid, String message) throws IOException {
    if (!isValid) {
      throw new IOException(message);
    }
  }
}
