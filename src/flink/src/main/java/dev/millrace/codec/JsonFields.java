package dev.millrace.codec;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses JSON objects into fields. Not thread-safe. */
final class JsonFields implements MappedExampleReader.Parser, MappedExampleReader.Fields {
  private final ObjectMapper mapper =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private JsonNode root = MissingNode.getInstance();

  @Override
  public MappedExampleReader.Fields parse(byte[] value, int from) throws IOException {
    JsonNode read = mapper.readTree(value, from, value.length - from);
    if (read == null || !read.isObject()) {
      throw new IOException("the value is not one JSON object");
    }
    root = read;
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
    JsonNode node = root;
    for (String name : path) {
      node = node.path(name);
    }
    return value(node);
  }

  /** Returns a node as a value of {@link MappedExampleReader.Fields}. */
  static @Nullable Object value(JsonNode node) {
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
