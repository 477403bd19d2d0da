package dev.millrace.codec.fields;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.codec.text.CsvText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses JSON objects, with or without a {@link JsonEnvelope}, into fields. Not thread-safe. */
public final class JsonFields implements FieldsParser, RecordFields {
  private static final Pattern BASE64 =
      Pattern.compile(
          "(?=.*[A-Z0-9+/=])(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/][A-Za-z0-9+/=])");

  private final ObjectMapper mapper =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  // False if the pipeline names fields of envelopes, such as after.amount.
  private final boolean unwraps;
  private JsonNode root = MissingNode.getInstance();
  private JsonNode around = MissingNode.getInstance();

  /** Creates a parser of the JSON of a pipeline. */
  public JsonFields(InputSpec spec) {
    unwraps =
        spec.fieldNames().stream()
            .noneMatch(
                name ->
                    name.equals(JsonEnvelope.DELETED)
                        || (name.indexOf('.') > 0
                            && JsonEnvelope.PARTS.contains(name.substring(0, name.indexOf('.')))));
  }

  @Override
  public @Nullable RecordFields parse(byte[] value, int from)
      throws IOException, RejectedException {
    JsonNode read = mapper.readTree(value, from, value.length - from);
    if (read != null && read.isNull()) {
      return null; // what JsonConverter makes of a row that the transform deleted
    }
    if (read == null || !read.isObject()) {
      throw new IOException("the value is not one JSON object");
    }
    root = read;
    around = MissingNode.getInstance();
    if (unwraps) {
      JsonEnvelope envelope = JsonEnvelope.unwrap(read);
      if (envelope.fields() == null) {
        return null;
      }
      root = envelope.fields();
      around = envelope.around();
    }
    return this;
  }

  @Override
  public void addOthers(Set<String> read, Collection<String> to) {
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!read.contains(name)) {
        to.add(name);
      }
    }
  }

  @Override
  public @Nullable Object at(String[] path) {
    return value(find(root, path));
  }

  @Override
  public @Nullable Object metadata(String[] path) {
    JsonNode node = find(root, path);
    return value(node.isMissingNode() ? find(around, path) : node);
  }

  private static JsonNode find(JsonNode from, String[] path) {
    JsonNode node = from;
    for (String name : path) {
      node = node.path(name);
    }
    return node;
  }

  @Override
  public String remedy(Object value) {
    if (value instanceof JsonNode node) {
      return node.has("scale") && node.has("value")
          ? "; for a decimal of Debezium set decimal.handling.mode=double"
          : "";
    }
    String text = value.toString();
    if (!Double.isNaN(CsvText.number(text))) {
      return "; write numbers without quotes, with Debezium by decimal.handling.mode=double";
    }
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return "; write true and false without quotes";
    }
    return BASE64.matcher(text).matches()
        ? "; if it is a Decimal of Kafka Connect, set value.converter.decimal.format=NUMERIC, or"
            + " with Debezium decimal.handling.mode=double"
        : "";
  }

  /** Returns a node as a value of {@link RecordFields}. */
  public static @Nullable Object value(JsonNode node) {
    if (node.isNumber()) {
      return node.numberValue();
    }
    if (node.isTextual()) {
      return node.textValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    return node.isNull() || node.isMissingNode() ? null : node;
  }
}
