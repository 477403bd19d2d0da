package dev.millrace.codec;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;

/** Fields of JSON objects. Not thread-safe. */
final class JsonFields implements MappedExampleReader.Parser, MappedExampleReader.Fields {
  private final ObjectMapper mapper =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private JsonNode root;

  @Override
  public MappedExampleReader.Fields parse(byte[] value, int from) throws IOException {
    root = mapper.readTree(value, from, value.length - from);
    if (root == null || !root.isObject()) {
      throw new IOException("the value is not one JSON object");
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
  public Object at(String[] path) {
    JsonNode node = root;
    for (String name : path) {
      node = node.path(name);
    }
    return value(node);
  }

  /** Returns a value as {@link MappedExampleReader.Fields} have it. */
  static Object value(JsonNode node) {
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
