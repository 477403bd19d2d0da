package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Maps Java records to the fields of JSON objects and back: the components in snake case, with
 * numbers and times as {@link JsonLine} writes them.
 */
public final class RecordMapper {
  private static final JsonMapper PLAIN = builder().build();

  private RecordMapper() {}

  /** Returns a record, or a list of records, as JSON. */
  public static JsonNode tree(Object value) {
    return PLAIN.valueToTree(value);
  }

  /** Returns a builder of mappers, to which the mixins of the records are added. */
  static JsonMapper.Builder builder() {
    return JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .addModule(
            new SimpleModule()
                .addSerializer(double.class, new NumberWriter())
                .addDeserializer(double.class, new NumberReader()));
  }

  private static final class NumberWriter extends StdSerializer<Double> {
    private static final long serialVersionUID = 1L;

    NumberWriter() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      JsonLine.number(json, value);
    }
  }

  /** Reads NaN where there is no number. */
  private static final class NumberReader extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    NumberReader() {
      super(double.class);
    }

    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return json.currentToken().isNumeric() ? json.getDoubleValue() : Double.NaN;
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }

  /** Writes milliseconds since the epoch as ISO 8601 in UTC. */
  static final class TimeWriter extends StdSerializer<Long> {
    private static final long serialVersionUID = 1L;

    TimeWriter() {
      super(Long.class);
    }

    @Override
    public void serialize(Long millis, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(JsonLine.time(millis));
    }
  }

  /** Reads what {@link TimeWriter} writes. */
  static final class TimeReader extends StdDeserializer<Long> {
    private static final long serialVersionUID = 1L;

    TimeReader() {
      super(long.class);
    }

    @Override
    public Long deserialize(JsonParser json, DeserializationContext context) throws IOException {
      try {
        return Instant.parse(json.getText()).toEpochMilli();
      } catch (DateTimeException | ArithmeticException e) {
        return (Long) context.handleWeirdStringValue(long.class, json.getText(), "no time");
      }
    }
  }
}
