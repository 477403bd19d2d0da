package dev.millrace.codec.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the features of a request by their names in the pipeline file. The name {@code user.id} is
 * the field {@code "user.id"}, or the field {@code "id"} of the object {@code "user"}. Not
 * thread-safe.
 */
public final class RequestFields implements RecordFields {
  private JsonNode root = MissingNode.getInstance();

  /** Returns the fields of an object, until the next call. */
  public RecordFields of(JsonNode object) {
    root = object;
    return this;
  }

  @Override
  public void addOthers(Set<String> read, Collection<String> to) {
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      int dot = name.indexOf('.');
      if (!read.contains(dot < 0 ? name : name.substring(0, dot))) {
        to.add(name);
      }
    }
  }

  @Override
  public @Nullable Object at(String[] path) {
    String name = path.length == 1 ? path[0] : String.join(".", path);
    JsonNode node = root.path(name);
    if (node.isMissingNode() && name.indexOf('.') >= 0) {
      node = root;
      for (String part : name.split("\\.")) {
        node = node.path(part);
      }
    }
    return JsonFields.value(node);
  }
}
