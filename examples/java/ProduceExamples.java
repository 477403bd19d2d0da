import java.io.ByteArrayOutputStream;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends 1,000 labelled examples of two shops to a local broker, with the Kafka client and Avro
 * alone.
 *
 * <p>From the project's folder, with kafka-clients and avro on the class path, as docs/send-data.md
 * shows: {@code java -cp ... examples/java/ProduceExamples.java localhost:9092}
 */
public class ProduceExamples {
  private static final String TOPIC = "shops.examples";

  public static void main(String[] args) throws Exception {
    Schema schema = new Schema.Parser().parse(new File("schemas/training_example.avsc"));
    BinaryMessageEncoder<GenericRecord> encoder =
        new BinaryMessageEncoder<>(GenericData.get(), schema);
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers",
            args[0],
            "acks",
            "all",
            "enable.idempotence",
            true,
            // A broker before Kafka 4.5 may lose the first records of a new topic otherwise.
            "max.in.flight.requests.per.connection",
            1);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < 1000; i++) {
        String shop = "shop-" + i % 2;
        float amount = (i * 37) % 100;
        GenericRecord example =
            new GenericRecordBuilder(schema)
                .set("event_id", "payment-" + i)
                .set("key", shop)
                .set("ts", System.currentTimeMillis())
                .set("label", amount > 80 ? "fraud" : "ok")
                .set("features", List.of(amount, (float) (i % 24)))
                .build();
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        encoder.encode(example, value);
        sent.add(producer.send(new ProducerRecord<>(TOPIC, shop, value.toByteArray())));
      }
    }
    for (Future<RecordMetadata> record : sent) {
      record.get(); // throws if no broker took it
    }
    System.out.println("Sent " + sent.size() + " examples to topic " + TOPIC + ".");
  }
}
