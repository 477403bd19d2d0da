package dev.millrace.testing;

import dev.millrace.codec.ExampleFields;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.ExampleMapper;
import java.nio.charset.StandardCharsets;

/**
 * An element of a stranger's stream, and what a pipeline learns from it.
 *
 * @param time event time in milliseconds
 */
public record Order(long id, String card, double amount, String country, boolean fraud, long time) {

  /** A pipeline over orders. */
  public static final String PIPELINE =
      """
      pipeline: orders
      input:
        key: card
        label: fraud
        id: order
        task: binary
        features: [amount, { name: country, type: hash, buckets: 8 }]
      model: { layers: [{ units: 4, activation: relu }], batch-size: 3 }
      metrics: { every: 10 }
      output: { snapshots: { max-interval: off } }  # models must not depend on the clock
      """;

  /** Sets the fields of {@link #PIPELINE}. */
  public static final ExampleMapper<Order> MAPPER = Order::set;

  private static final int CARDS = 13;
  private static final String[] COUNTRIES = {"de", "fr", "it", "pl"};

  /** Returns an order that is a function of its number alone. */
  public static Order of(long number) {
    long mixed = (number + 1) * 0x9E3779B97F4A7C15L;
    double amount = (mixed >>> 40) / 1000.0;
    String country = COUNTRIES[(int) (mixed >>> 20 & 3)];
    boolean fraud = amount > 9000 == country.equals("fr");
    return new Order(
        number, "card-" + (mixed >>> 8 & 0xFF) % CARDS, amount, country, fraud, number);
  }

  /** Returns a record with the same fields. */
  public KafkaRecord json() {
    String json =
        "{\"card\":\"%s\",\"order\":%d,\"amount\":%s,\"country\":\"%s\",\"fraud\":%s}"
            .formatted(card, id, amount, country, fraud);
    return KafkaRecord.of(
        "orders.examples", 0, id, time, null, json.getBytes(StandardCharsets.UTF_8));
  }

  private void set(ExampleFields fields) {
    fields
        .set("card", card)
        .set("order", id)
        .set("amount", amount)
        .set("country", country)
        .set("fraud", fraud);
  }
}
