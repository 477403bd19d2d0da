package dev.millrace.codec.registry;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.input.RegistrySpec;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to a schema registry with Confluent's HTTP interface, without retries.
 * Thread-safe.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">the
 *     interface</a>
 */
public final class RegistryClient {
  private static final long MAX_BYTES = 4L << 20;
  // Limits of a schema with its references. Avro walks them recursively, and its parser
  // over all of them again for each.
  private static final int MAX_REFERENCES = 32;
  private static final int MAX_CHARACTERS = 1 << 20;
  private static final int MAX_DEPTH = 1_000;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegistrySpec spec;
  // Null until the first request: key files may be created after the job.
  private @Nullable HttpClient http;

  public RegistryClient(RegistrySpec spec) {
    this.spec = spec;
  }

  /**
   * Returns the schema with an id.
   *
   * @throws RegistryException if the registry does not answer
   */
  public SchemaAnswer byId(int id) throws RegistryException, InterruptedException {
    JsonNode found = ask("/schemas/ids/" + id);
    return found == null
        ? new SchemaAnswer.Absent("the registry has no schema with id " + id)
        : answer(id, "schema id " + id, found);
  }

  /**
   * Returns a version of a subject.
   *
   * @param version a number, or {@code latest}
   * @throws RegistryException if the registry does not answer
   */
  public SchemaAnswer bySubject(String subject, String version)
      throws RegistryException, InterruptedException {
    String name = "version " + version + " of subject " + subject;
    JsonNode found = ask(path(subject, version));
    return found == null
        ? new SchemaAnswer.Absent("the registry has no " + name)
        : answer(found.path("id").asInt(), name, found);
  }

  private SchemaAnswer answer(int id, String name, JsonNode found)
      throws RegistryException, InterruptedException {
    String type = found.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO")) {
      return new SchemaAnswer.Absent(name + " is " + type + "; only AVRO is read");
    }
    try {
      Schema.Parser parser = new Schema.Parser();
      parser.setValidateDefaults(false); // those of a writer are never used
      Extent extent = new Extent();
      parseReferences(found, parser, extent);
      return new SchemaAnswer.Found(id, parser.parse(extent.add(text(found))));
    } catch (RuntimeException | StackOverflowError e) {
      // The parser throws other exceptions than its own, too: null pointers, casts.
      return new SchemaAnswer.Absent(name + " is not valid Avro: " + firstLine(e));
    }
  }

  /** Parses the schemas that a schema refers to. */
  private void parseReferences(JsonNode schema, Schema.Parser parser, Extent extent)
      throws RegistryException, InterruptedException {
    for (JsonNode reference : schema.path("references")) {
      String path = path(reference.path("subject").asText(), reference.path("version").asText());
      if (!extent.parsed.add(path)) {
        continue;
      }
      if (extent.parsed.size() > MAX_REFERENCES) {
        throw new IllegalArgumentException("it has more than " + MAX_REFERENCES + " references");
      }
      JsonNode found = ask(path);
      if (found == null) {
        throw new IllegalArgumentException("it refers to " + path + ", which does not exist");
      }
      parseReferences(found, parser, extent);
      parser.parse(extent.add(text(found)));
    }
  }

  /** Measures a schema with its references. */
  private static final class Extent {
    private final Set<String> parsed = new HashSet<>();
    private int characters;
    private int depth;

    /** Adds a text and checks the limits. */
    String add(String text) {
      characters += text.length();
      if (characters > MAX_CHARACTERS) {
        throw new IllegalArgumentException(
            "with its references it has more than " + MAX_CHARACTERS + " characters");
      }
      depth += depth(text);
      if (depth > MAX_DEPTH) {
        throw new IllegalArgumentException(
            "with its references it is nested more than " + MAX_DEPTH + " levels deep");
      }
      return text;
    }

    private static int depth(String text) {
      int depth = 0;
      int maxDepth = 0;
      try (JsonParser tokens = JSON.createParser(text)) {
        for (JsonToken token = tokens.nextToken(); token != null; token = tokens.nextToken()) {
          depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
          maxDepth = Math.max(maxDepth, depth);
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(firstLine(e), e);
      }
      return maxDepth;
    }
  }

  private String text(JsonNode found) throws RegistryException {
    JsonNode text = found.path("schema");
    if (!text.isTextual()) {
      throw notARegistry("an answer without a schema");
    }
    return text.textValue();
  }

  private static String path(String subject, String version) {
    String name = URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    return "/subjects/" + name + "/versions/" + URLEncoder.encode(version, StandardCharsets.UTF_8);
  }

  /** Returns the answer, null if the registry does not have the requested schema. */
  private @Nullable JsonNode ask(String path) throws RegistryException, InterruptedException {
    HttpResponse<byte[]> response = send(request(path));
    int status = response.statusCode();
    if (status == 401 || status == 403) {
      throw new RegistryException(
          spec.url()
              + " answers "
              + status
              + ": check input.registry.basic-auth, bearer-token and keystore, and their"
              + " permissions");
    }
    if (status != OK && status != NOT_FOUND) {
      throw new RegistryException(spec.url() + " answers " + status);
    }
    JsonNode body = parse(response.body());
    if (status == OK) {
      return body;
    }
    // A registry has the error codes 404xx for missing schemas. Any other 404 is from a
    // wrong path or a proxy, and would make a dead letter of every record.
    if (body.path("error_code").asInt() / 100 != NOT_FOUND) {
      throw notARegistry("404 without a registry's error code");
    }
    return null;
  }

  private JsonNode parse(byte[] body) throws RegistryException {
    try {
      JsonNode json = JSON.readTree(body);
      if (json != null && json.isObject()) {
        return json;
      }
    } catch (IOException | StackOverflowError e) {
      // Reported below. The parser also throws exceptions for invalid characters.
    }
    throw notARegistry("something other than a JSON object");
  }

  private RegistryException notARegistry(String what) {
    return new RegistryException(
        spec.url()
            + " answers with "
            + what
            + ". Check that input.registry.url is the registry's, with its whole path");
  }

  private HttpRequest request(String path) throws RegistryException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(spec.url() + path))
            .timeout(Duration.ofMillis(spec.timing().answer()))
            .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
    try {
      if (spec.basic() != null) {
        byte[] user = spec.basic().resolve().getBytes(StandardCharsets.UTF_8);
        request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(user));
      } else if (spec.bearer() != null) {
        request.header("Authorization", "Bearer " + spec.bearer().resolve());
      }
      return request.build();
    } catch (IllegalArgumentException e) {
      // The message of the exception quotes the header.
      throw new RegistryException(
          spec.url()
              + " was not requested: the token in input.registry.bearer-token is not one line of"
              + " text");
    } catch (IOException e) {
      throw new RegistryException(spec.url() + " was not requested: " + e.getMessage(), e);
    }
  }

  private HttpResponse<byte[]> send(HttpRequest request)
      throws RegistryException, InterruptedException {
    // The timeout of the request covers only the headers; this one covers the whole response.
    long timeout = spec.timing().connect() + spec.timing().answer();
    CompletableFuture<HttpResponse<byte[]>> answer =
        http().sendAsync(request, head -> new LimitedBody(MAX_BYTES));
    try {
      return answer.get(timeout, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNullElse(e.getCause(), e));
    } catch (TimeoutException e) {
      throw failure(e);
    } finally {
      answer.cancel(true); // stops the request
    }
  }

  private synchronized HttpClient http() throws RegistryException {
    if (http == null) {
      http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(Duration.ofMillis(spec.timing().connect()))
              .sslContext(tls())
              .build();
    }
    return http;
  }

  private SSLContext tls() throws RegistryException {
    try {
      return RegistryTls.context(spec.tls());
    } catch (RegistryException e) {
      throw new RegistryException(spec.url() + " was not requested: " + e.getMessage(), e);
    }
  }

  private RegistryException failure(Throwable cause) {
    String what;
    if (cause instanceof HttpTimeoutException || cause instanceof TimeoutException) {
      what = "does not answer within " + spec.timing().answer() + " ms";
    } else if (cause instanceof ConnectException) {
      what = "is not reachable";
    } else if (cause instanceof SSLException) {
      what = "is not reachable over TLS: " + firstLine(cause);
    } else {
      what = "failed: " + firstLine(cause);
    }
    return new RegistryException(spec.url() + " " + what, cause);
  }

  private static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null
        ? failure.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }
}
