package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.config.PipelineFile;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a mapper sets, the answer is an example or a dead letter. */
class ExampleFieldsTest {
  private static final int EXAMPLES = 1_000;
  private static final long FIRST_SEED = 20261201;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String EVERY_TYPE =
      """
        task: binary
        label: y
        weight: w
        id: i
        event-time: at
        features:
          - n
          - { name: f, type: boolean, nullable: true }
          - { name: o, type: one-hot, values: [a, "2"] }
          - { name: h, type: hash, buckets: 8 }
          - { name: t, type: time, nullable: true }
          - { name: d, type: id, ttl: 1d }
          - { name: s, type: set, max: 2 }
          - { name: x, type: text, ngrams: 2 }
          - { name: p, type: sparse }
      """;
  private static final String REGRESSION = "  label: y\n  task: regression\n  features: [n, w]\n";
  private static final String LABEL_SET =
      "  label: y\n  task: multilabel\n  label-separator: '|'\n  features: [n]\n";
  private static final String TARGETS =
      "  targets: { y: binary, w: regression, s: { classes: [a, b] } }\n  features: [n]\n";
  private static final String LATE =
      "  label: y\n"
          + "  id: i\n"
          + "  event-time: at\n"
          + "  task: binary\n"
          + "  features: [n]\n"
          + "  labels: { timeout: 1h }\n";

  /** Fails in each of its methods, as the proxy of a closed session may do. */
  private static final class Hostile extends Number implements CharSequence {
    private static final long serialVersionUID = 1L;

    private static IllegalStateException closed() {
      return new IllegalStateException("the session is closed");
    }

    @Override
    public int intValue() {
      throw closed();
    }

    @Override
    public long longValue() {
      throw closed();
    }

    @Override
    public float floatValue() {
      throw closed();
    }

    @Override
    public double doubleValue() {
      throw closed();
    }

    @Override
    public int length() {
      throw closed();
    }

    @Override
    public char charAt(int index) {
      throw closed();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      throw closed();
    }

    @Override
    public String toString() {
      throw closed();
    }
  }

  /** Overflows the stack in each of its methods, as one that contains itself may do. */
  private static final class Endless extends AbstractCollection<Object> {
    @Override
    public Iterator<Object> iterator() {
      throw new StackOverflowError();
    }

    @Override
    public int size() {
      throw new StackOverflowError();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {EVERY_TYPE, REGRESSION, LABEL_SET, TARGETS, LATE})
  void everyValueOfEveryTypeIsLearnedOrBecomesADeadLetter(String input) throws Exception {
    FieldsDecoder decoder = decoder(input);
    Example example = new Example();
    int accepted = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + EXAMPLES; seed++) {
      Random random = new Random(seed);
      try {
        ExampleFields fields = usable(decoder);
        for (String name : decoder.names()) {
          if (random.nextInt(4) == 0) {
            set(fields, name, random);
          }
        }
        DeadLetter deadLetter = decoder.decode(seed, example);

        if (deadLetter == null) {
          accepted++;
          Chunk chunk = new Chunk();
          chunk.add(example, seed);
        } else {
          OutputRecord record = DeadLetterEncoder.encode(deadLetter, "p", 1 << 20);
          assertThat(JSON.readTree(record.value()).isObject()).isTrue();
        }
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }

    assertThat(accepted).isBetween(EXAMPLES / 100, EXAMPLES - EXAMPLES / 100);
  }

  /** Sets a usable value for each field, which others may replace. */
  private static ExampleFields usable(FieldsDecoder decoder) {
    ExampleFields fields = decoder.begin();
    for (String name : decoder.names()) {
      switch (name) {
        case "p" -> fields.set(name, "a:1");
        case "s" -> fields.set(name, "a");
        default -> fields.set(name, 1);
      }
    }
    return fields;
  }

  private static void set(ExampleFields fields, String name, Random random) {
    switch (random.nextInt(8)) {
      case 0 -> fields.set(name, Double.longBitsToDouble(random.nextLong()));
      case 1 -> fields.set(name, random.nextLong() >> random.nextInt(64));
      case 2 -> fields.set(name, (char) random.nextInt(1 << 16));
      default -> fields.set(name, value(random, 2));
    }
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 8)) {
      case 0 -> number(random);
      case 1 -> text(random);
      case 2 -> time(random);
      case 3 -> special(random);
      case 4 -> null;
      case 5 -> collection(random, depth);
      case 6 -> array(random, depth);
      default -> map(random, depth);
    };
  }

  private static Object number(Random random) {
    long bits = random.nextLong() >> random.nextInt(64);
    double number = Double.longBitsToDouble(random.nextLong());
    Object[] numbers = {
      (byte) bits,
      (short) bits,
      (int) bits,
      bits,
      (float) number,
      number,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.MAX_VALUE,
      Double.MIN_VALUE,
      -0.0,
      Float.NaN,
      random.nextDouble(),
      new BigDecimal("1e" + random.nextInt()),
      new BigInteger(random.nextInt(5_000), random),
      new AtomicLong(bits),
      random.nextBoolean(),
    };
    return numbers[random.nextInt(numbers.length)];
  }

  private static Object text(Random random) {
    char[] characters = new char[random.nextInt(12)];
    for (int i = 0; i < characters.length; i++) {
      characters[i] = (char) random.nextInt(random.nextBoolean() ? 128 : 1 << 16);
    }
    String text = new String(characters);
    Object[] texts = {
      text,
      "",
      "a",
      "true",
      "NaN",
      "1e999",
      "2026-11-26T09:30",
      "a|b",
      "a:1 b:x :",
      text.repeat(1_000),
      CharBuffer.wrap(text),
      new Utf8(text),
      (char) random.nextInt(1 << 16),
      DayOfWeek.MONDAY,
      new UUID(random.nextLong(), random.nextLong()),
    };
    return texts[random.nextInt(texts.length)];
  }

  private static Object time(Random random) {
    long bound = Instant.MAX.getEpochSecond() - 1;
    Object[] times = {
      Instant.MIN,
      Instant.MAX,
      Instant.ofEpochSecond(random.nextLong() % bound, random.nextInt()),
      Instant.ofEpochMilli(random.nextLong()),
      Instant.ofEpochMilli(random.nextLong() >> 20),
      LocalDate.MIN,
      LocalDate.MAX,
      LocalDate.ofEpochDay(random.nextInt() / 4),
      LocalDateTime.MIN,
      LocalDateTime.MAX,
      LocalDateTime.ofEpochSecond(random.nextInt(), 1, ZoneOffset.UTC),
      LocalTime.MIDNIGHT,
      OffsetDateTime.MIN,
      OffsetDateTime.MAX,
      ZonedDateTime.of(LocalDateTime.MAX, ZoneOffset.MIN),
      JapaneseDate.of(2026, 12, 1),
      Year.of(Year.MAX_VALUE),
      YearMonth.of(Year.MIN_VALUE, 1),
      ZoneOffset.UTC,
      Duration.ofSeconds(Long.MAX_VALUE),
    };
    return times[random.nextInt(times.length)];
  }

  private static Object special(Random random) {
    Object[] specials = {
      new Hostile(),
      new Endless(),
      new Object(),
      Optional.of(1),
      ByteBuffer.allocate(3),
      new byte[] {1, -1},
      JsonNodeFactory.instance.objectNode().put("a", 1),
      JsonNodeFactory.instance.arrayNode().add(1).addNull().add("b"),
      String.class,
      Thread.currentThread(),
    };
    return specials[random.nextInt(specials.length)];
  }

  private static Object collection(Random random, int depth) {
    List<Object> items = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      items.add(value(random, depth - 1));
    }
    if (random.nextInt(8) == 0) {
      items.add(items);
    } else if (random.nextInt(8) == 0) {
      items.add(new ArrayList<>(List.of(items))); // a cycle, by way of another list
      items.add(new ArrayList<Object>(Set.of(1)));
    }
    return items;
  }

  private static Object array(Random random, int depth) {
    return switch (random.nextInt(5)) {
      case 0 -> new int[] {random.nextInt(), 2};
      case 1 -> new double[] {random.nextDouble(), Double.NaN};
      case 2 -> new boolean[2];
      case 3 -> new String[] {"a", null, "b"};
      default -> {
        Object[] items = {value(random, depth - 1), value(random, depth - 1), null};
        items[2] = random.nextInt(4) == 0 ? items : null;
        yield items;
      }
    };
  }

  private static Object map(Random random, int depth) {
    Map<Object, Object> map = new HashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      Object name = random.nextBoolean() ? text(random) : random.nextInt(3);
      map.put(name, random.nextBoolean() ? number(random) : value(random, depth - 1));
    }
    if (random.nextInt(8) == 0) {
      map.put(null, 1);
      map.put("self", map);
    }
    return map;
  }

  /** Fails when it is read first. */
  private static final class FailsOnce extends AbstractList<Object> {
    private boolean hasFailed;

    @Override
    public Object get(int index) {
      return 1;
    }

    @Override
    public int size() {
      if (!hasFailed) {
        hasFailed = true;
        throw new IllegalStateException();
      }
      return 1;
    }
  }

  @Test
  void anElementWhoseValuesCanAllBeReadIsADeadLetterToo() throws Exception {
    FieldsDecoder decoder = decoder(LABEL_SET);
    usable(decoder).set("y", new FailsOnce());

    DeadLetter deadLetter = decoder.decode(0, new Example());

    assertThat(deadLetter.reason()).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(deadLetter.message())
        .isEqualTo("the element cannot be decoded: java.lang.IllegalStateException");
  }

  @Test
  void theMessageNamesTheFieldWhoseValueCannotBeRead() throws Exception {
    FieldsDecoder decoder = decoder(REGRESSION);
    usable(decoder).set("w", new Hostile());

    DeadLetter deadLetter = decoder.decode(0, new Example());

    assertThat(deadLetter.reason()).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(deadLetter.message())
        .isEqualTo(
            "\"w\" is a dev.millrace.codec.ExampleFieldsTest$Hostile that cannot be read:"
                + " java.lang.IllegalStateException");
    assertThat(JSON.readTree(deadLetter.record().value()).path("w").asText())
        .isEqualTo("a dev.millrace.codec.ExampleFieldsTest$Hostile that cannot be read");
  }

  @Test
  void aTimeThatMillisecondsCannotHoldIsNoEventTime() {
    FieldsDecoder decoder = decoder(LATE);
    for (Instant beyond : List.of(Instant.MIN, Instant.MAX, Instant.ofEpochMilli(1L << 62))) {
      usable(decoder).set("at", beyond);

      DeadLetter deadLetter = decoder.decode(KafkaRecord.NO_TIMESTAMP, new Example());

      assertThat(deadLetter.reason()).isEqualTo(DeadLetterReason.INVALID_FEATURE);
      assertThat(deadLetter.message()).startsWith("at is ").contains("no event time");
    }
  }

  @Test
  void aTimeOfAFarYearIsNotReadInAFinerUnit() {
    FieldsDecoder decoder = decoder(LATE);
    Instant far = Instant.parse("+12026-12-01T00:00:00Z");
    usable(decoder).set("at", far);
    Example example = new Example();

    assertThat(decoder.decode(0, example)).isNull();
    assertThat(example.eventTime).isEqualTo(far.toEpochMilli());
  }

  private static FieldsDecoder decoder(String input) {
    return FieldsDecoder.of(
        PipelineFile.parseMapped("pipeline: p\ninput:\n  key: k\n" + input).input().spec());
  }
}
