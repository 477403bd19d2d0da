package dev.millrace;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.codec.json.AnswerJson;
import dev.millrace.report.ModelAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;

/** Prepares the JSON of a result for the rows that are read from it. */
final class RowJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RowJson() {}

  /**
   * Parses the value of a record.
   *
   * @throws IOException if it is not a JSON object
   */
  static ObjectNode parse(byte @Nullable [] value) throws IOException {
    if (JSON.readTree(value) instanceof ObjectNode json) {
      return json;
    }
    throw new IOException("the record is not a JSON object");
  }

  /** Returns an answer with the fields and digits of a prediction on a topic. */
  static ObjectNode of(ModelAnswer answer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      AnswerJson.write(json, answer);
    }
    return parse(bytes.toByteArray());
  }

  /** Returns the type of rows, whose components are numbers, texts, flags, lists and maps. */
  static <R extends Record> TypeInformation<R> type(Class<R> row) {
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    for (RecordComponent component : row.getRecordComponents()) {
      fields.put(component.getName(), type(component.getGenericType()));
    }
    return Types.POJO(row, fields);
  }

  private static TypeInformation<?> type(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return arguments.length == 1
          ? Types.LIST(type(arguments[0]))
          : Types.MAP(type(arguments[0]), type(arguments[1]));
    }
    return TypeInformation.of((Class<?>) type);
  }

  /** Returns the numbers of an object and of the objects in it, by their paths with dots. */
  static ObjectNode numbers(ObjectNode json) {
    ObjectNode numbers = json.objectNode();
    addNumbers("", json, numbers);
    return numbers;
  }

  private static void addNumbers(String prefix, JsonNode fields, ObjectNode to) {
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      String path = prefix + field.getKey();
      if (field.getValue().isObject()) {
        addNumbers(path + '.', field.getValue(), to);
      } else if (field.getValue().isNumber()) {
        to.set(path, field.getValue());
      }
    }
  }
}
