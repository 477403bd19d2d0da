package dev.millrace.cli.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.millrace.codec.json.AnswerJson;
import java.io.IOException;
import java.io.OutputStream;

/**
 * An answer of the prediction server; its body is written while it is sent.
 *
 * @param code of the error, null if there is none
 */
record ServeReply(int status, String contentType, String code, Body body) {

  /** Writes the body of an answer. */
  interface Body {
    /**
     * Writes all bytes and leaves the stream open.
     *
     * @throws IOException if the client does not take them
     */
    void write(OutputStream out) throws IOException;
  }

  /** Writes a JSON document. */
  interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  // A document that could not be finished stays visibly unfinished, and its reader sees an error.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  static ServeReply json(int status, Content content) {
    return json(status, null, content);
  }

  private static ServeReply json(int status, String code, Content content) {
    return new ServeReply(
        status,
        "application/json",
        code,
        out -> {
          try (JsonGenerator json = JSON.createGenerator(out)) {
            content.write(json);
          }
        });
  }

  /** Returns an error: a code for programs, a sentence for people. */
  static ServeReply error(int status, String code, String message) {
    return json(status, code, json -> writeError(json, code, message));
  }

  static void writeError(JsonGenerator json, String code, String message) throws IOException {
    json.writeStartObject();
    AnswerJson.writeError(json, code, message);
    json.writeEndObject();
  }

  static ServeReply bytes(String contentType, byte[] bytes) {
    return new ServeReply(200, contentType, null, out -> out.write(bytes));
  }
}
