package dev.millrace.codec.registry;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.RegistrySpec;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.avro.Schema;

/**
 * Asks a schema registry over Confluent's HTTP interface, each question once. Thread-safe.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">the
 *     interface</a>
 */
public final class RegistryClient {
  private static final long MAX_BYTES = 4L << 20;
  // Of a schema and those that it refers to, together. Avro walks them recursively, and its parser
  // over all of them again for each.
  private static final int MAX_REFERENCES = 32;
  private static final int MAX_CHARACTERS = 1 << 20;
  private static final int MAX_DEPTH = 1_000;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegistrySpec spec;
  // Null until the first question: the files of keys may be there later than the job.
  private HttpClient http;

  public RegistryClient(RegistrySpec spec) {
    this.spec = spec;
  }

  /**
   * The schema with an id.
   *
   * @throws RegistryException if the registry gives no answer
   */
  public SchemaAnswer byId(int id) throws RegistryException, InterruptedException {
    JsonNode found = ask("/schemas/ids/" + id);
    return found == null
        ? new SchemaAnswer.Absent("the registry has no schema with id " + id)
        : answer(id, "schema id " + id, found);
  }

  /**
   * A version of a subject.
   *
   * @param version a number, or {@code latest}
   * @throws RegistryException if the registry gives no answer
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
      // Beside its own exceptions the parser throws what it stumbles over: null pointers, casts.
      return new SchemaAnswer.Absent(name + " is not valid Avro: " + firstLine(e));
    }
  }

  /** Makes the types known that a schema takes from others. */
  private void parseReferences(JsonNode schema, Schema.Parser parser, Extent extent)
      throws RegistryException, InterruptedException {
    for (JsonNode reference : schema.path("references")) {
      String path = path(reference.path("subject").asText(), reference.path("version").asText());
      if (!extent.parsed.add(path)) {
        continue;
      }
      if (extent.parsed.size() > MAX_REFERENCES) {
        throw new IllegalArgumentException("it refers to more than " + MAX_REFERENCES + " others");
      }
      JsonNode found = ask(path);
      if (found == null) {
        throw new IllegalArgumentException("it refers to " + path + ", which is not there");
      }
      parseReferences(found, parser, extent);
      parser.parse(extent.add(text(found)));
    }
  }

  /** The size so far of a schema and those that it refers to. */
  private static final class Extent {
    private final Set<String> parsed = new HashSet<>();
    private int characters;
    private int depth;

    /** Returns the text, if there is room for it. */
    String add(String text) {
      characters += text.length();
      if (characters > MAX_CHARACTERS) {
        throw new IllegalArgumentException(
            "with those that it refers to it has more than " + MAX_CHARACTERS + " characters");
      }
      depth += depth(text);
      if (depth > MAX_DEPTH) {
        throw new IllegalArgumentException(
            "with those that it refers to it is nested more than " + MAX_DEPTH + " levels deep");
      }
      return text;
    }

    private static int depth(String text) {
      int depth = 0;
      int deepest = 0;
      try (JsonParser tokens = JSON.createParser(text)) {
        for (JsonToken token = tokens.nextToken(); token != null; token = tokens.nextToken()) {
          depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
          deepest = Math.max(deepest, depth);
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(firstLine(e), e);
      }
      return deepest;
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

  /** The answer, or null if the registry says that there is no such thing. */
  private JsonNode ask(String path) throws RegistryException, InterruptedException {
    HttpResponse<byte[]> response = send(request(path));
    int status = response.statusCode();
    if (status == 401 || status == 403) {
      throw new RegistryException(
          spec.url()
              + " answers "
              + status
              + ": look at input.registry.basic-auth, bearer-token and keystore, and at what they may read");
    }
    if (status != OK && status != NOT_FOUND) {
      throw new RegistryException(spec.url() + " answers " + status);
    }
    JsonNode body = parse(response.body());
    if (status == OK) {
      return body;
    }
    // A registry has codes of its own, 404xx, for what it does not have. Any other 404 comes from a
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
      // Said below. Beside its own exceptions the parser throws that bytes are no characters.
    }
    throw notARegistry("something else than a JSON object");
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
      // Without its message, which quotes the header.
      throw new RegistryException(
          spec.url()
              + " is not asked: the token in input.registry.bearer-token is not one line of text");
    } catch (IOException e) {
      throw new RegistryException(spec.url() + " is not asked: " + e.getMessage(), e);
    }
  }

  private HttpResponse<byte[]> send(HttpRequest request)
      throws RegistryException, InterruptedException {
    // The request's own timeout ends with the headers; this one is for the whole answer.
    long most = spec.timing().connect() + spec.timing().answer();
    CompletableFuture<HttpResponse<byte[]>> answer =
        http().sendAsync(request, head -> new LimitedBody(MAX_BYTES));
    try {
      return answer.get(most, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (TimeoutException e) {
      throw failure(e);
    } finally {
      answer.cancel(true); // ends what still runs
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
      throw new RegistryException(spec.url() + " is not asked: " + e.getMessage(), e);
    }
  }

  private RegistryException failure(Throwable cause) {
    String what;
    if (cause instanceof HttpTimeoutException || cause instanceof TimeoutException) {
      what = "does not answer within " + spec.timing().answer() + " ms";
    } else if (cause instanceof ConnectException) {
      what = "cannot be reached";
    } else if (cause instanceof SSLException) {
      what = "cannot be reached over TLS: " + firstLine(cause);
    } else {
      what = "cannot be asked: " + firstLine(cause);
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
