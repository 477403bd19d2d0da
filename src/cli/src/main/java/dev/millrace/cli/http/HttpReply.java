package dev.millrace.cli.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.millrace.codec.json.AnswerJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An answer to an HTTP request; its body is written while it is sent.
 *
 * @param code of the error
 */
public record HttpReply(int status, String contentType, @Nullable String code, Body body) {

  /** Writes the body of an answer. */
  public interface Body {
    /**
     * Writes all bytes and leaves the stream open.
     *
     * @throws IOException if the client does not take them
     */
    void write(OutputStream out) throws IOException;
  }

  /** Writes a JSON document. */
  public interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  // A document that could not be finished stays visibly unfinished, and its reader sees an error.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  public static HttpReply json(int status, Content content) {
    return json(status, null, content);
  }

  private static HttpReply json(int status, @Nullable String code, Content content) {
    return new HttpReply(
        status,
        "application/json",
        code,
        out -> {
          try (JsonGenerator json = JSON.createGenerator(out)) {
            content.write(json);
          }
        });
  }

  /** Returns a JSON document that is in memory, so that a slow client holds no lock. */
  public static HttpReply json(String document) {
    return bytes("application/json", document.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns an error: a code for programs, a sentence for people. */
  public static HttpReply error(int status, String code, String message) {
    return json(status, code, json -> writeError(json, code, message));
  }

  public static void writeError(JsonGenerator json, String code, String message)
      throws IOException {
    json.writeStartObject();
    AnswerJson.writeError(json, code, message);
    json.writeEndObject();
  }

  /**
   * Returns a file on the class path, in memory.
   *
   * @throws IllegalStateException if there is no such file
   */
  public static HttpReply resource(String path, String contentType) {
    try (InputStream in = HttpReply.class.getClassLoader().getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return bytes(contentType, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static HttpReply bytes(String contentType, byte[] bytes) {
    return new HttpReply(200, contentType, null, out -> out.write(bytes));
  }
}
