package dev.millrace.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.serving.ModelSamples;
import dev.millrace.testing.Maven;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedCatalogModel;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.FactoryUtil.DefaultModelProviderContext;
import org.apache.flink.table.factories.ModelProviderFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.table.ml.PredictRuntimeProvider;
import org.apache.flink.util.FlinkUserCodeClassLoaders;
import org.apache.flink.util.MutableURLClassLoader;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The function of ML_PREDICT by itself: what it waits for, and what it leaves behind. */
class PredictFunctionITCase {
  private static final String PIPELINE =
      """
      pipeline: samples
      input:
        label: class
        format: json
        features: [a, { name: b, nullable: true }, { name: c, type: one-hot, values: [x, y] }]
      model: { layers: [{ units: 4 }] }
      """;
  private static final ResolvedSchema INPUT =
      ResolvedSchema.of(
          Column.physical("k", DataTypes.STRING()),
          Column.physical("a", DataTypes.DOUBLE()),
          Column.physical("b", DataTypes.DOUBLE()),
          Column.physical("c", DataTypes.STRING()));
  private static final ResolvedSchema OUTPUT =
      ResolvedSchema.of(Column.physical("model_version", DataTypes.BIGINT()));

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  private static PredictRuntimeProvider provider(
      ClassLoader loader, String servers, String topic, String cacheSize) throws Exception {
    Map<String, String> options =
        Map.of(
            "provider", "millrace",
            "pipeline", PIPELINE,
            "properties.bootstrap.servers", servers,
            "topic", topic,
            "cache.size", cacheSize);
    Schema input = Schema.newBuilder().fromResolvedSchema(INPUT).build();
    Schema output = Schema.newBuilder().fromResolvedSchema(OUTPUT).build();
    ResolvedCatalogModel model =
        ResolvedCatalogModel.of(CatalogModel.of(input, output, options, null), INPUT, OUTPUT);
    ModelProviderFactory factory =
        (ModelProviderFactory)
            loader
                .loadClass("dev.millrace.table.MillraceModelProviderFactory")
                .getConstructor()
                .newInstance();
    return (PredictRuntimeProvider)
        factory.createModelProvider(
            new DefaultModelProviderContext(
                ObjectIdentifier.of("c", "d", "m"), model, new Configuration(), loader, true));
  }

  /** Returns the function with a limit of one second. */
  private static SyncModelFunction impatient(String servers, String topic) throws Exception {
    ClassLoader own = PredictFunctionITCase.class.getClassLoader();
    PredictSpec spec = ((SyncModelProvider) provider(own, servers, topic, "0 b")).spec;
    assertThat(spec.maxWait()).isEqualTo(Duration.ofSeconds(60));
    return new SyncModelFunction(
        new PredictSpec(
            spec.settings(),
            spec.topic(),
            spec.cacheBytes(),
            spec.input(),
            spec.output(),
            Duration.ofSeconds(1)));
  }

  private static void open(PredictFunction function) throws Exception {
    function.open(new FunctionContext(null, function.getClass().getClassLoader(), null));
  }

  private static RowData row(String key) {
    return GenericRowData.of(StringData.fromString(key), 1.0, 2.0, StringData.fromString("x"));
  }

  private static Admin admin() {
    Map<String, String> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
    return KafkaClients.admin(client, Duration.ofSeconds(30));
  }

  private static void publish(String topic, String... keys) throws Exception {
    try (Admin admin = admin();
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
      for (String key : keys) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, name, ModelSamples.bytes(20))).get();
      }
    }
  }

  @Test
  void aFunctionWithoutABrokerFailsInTimeAndNamesWhatToCheck() throws Exception {
    SyncModelFunction function = impatient("127.0.0.1:1", "far.models");

    assertThatThrownBy(() -> open(function))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "The models topic far.models could not be read within 1 s: No broker answers at"
                + " 127.0.0.1:1. Check kafka and output.topics.models of the pipeline; in SQL also"
                + " properties.bootstrap.servers and topic of the model");
    function.close();
  }

  @Test
  void aFunctionWithoutATopicFailsInTimeAndNamesIt() throws Exception {
    SyncModelFunction function = impatient(kafka.bootstrapServers(), "none.models");

    assertThatThrownBy(() -> open(function))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "The models topic none.models could not be read within 1 s: Topic none.models does not"
                + " exist on %s yet. Check kafka and output.topics.models of the pipeline",
            kafka.bootstrapServers());
    function.close();
  }

  @Test
  void aRowWhoseModelCannotBeReadAgainFailsInTimeAndNamesItsKey() throws Exception {
    publish("gone.models", "first", "last");
    SyncModelFunction function = impatient(kafka.bootstrapServers(), "gone.models");
    open(function);
    try (Admin admin = admin()) {
      TopicPartition partition = new TopicPartition("gone.models", 0);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2))).all().get();
    }

    assertThat(function.predict(row("first"))).hasSize(1); // opening has tried it, and keeps it
    assertThatThrownBy(() -> function.predict(row("last")))
        .hasMessage(
            "The model of key \"last\" could not be read from the models topic gone.models within"
                + " 1 s: the model of key \"last\" is being replaced; try again in a moment. Check"
                + " the brokers, or raise cache.size to keep all models in memory");
    function.close();
  }

  @Test
  void theClassLoaderOfTheSqlJarIsFreeOnceTheFunctionIsClosed() throws Exception {
    publish("unloaded.models", "k", "other");

    WeakReference<ClassLoader> loader = predictWithTheSqlJar("unloaded.models");

    LatestRecord.use();
    Awaitility.await()
        .atMost(Patience.MAX)
        .until(
            () -> {
              System.gc();
              return loader.refersTo(null);
            });
  }

  /** JDK 17 keeps the types of the record whose methods it linked last; from now on, this one's. */
  private record LatestRecord(Path field) {
    static void use() {
      LatestRecord record = new LatestRecord(Path.of("target"));
      assertThat(record).isEqualTo(new LatestRecord(Path.of("target")));
      assertThat(record).hasSameHashCodeAs(new LatestRecord(Path.of("target")));
      assertThat(record).hasToString("LatestRecord[field=target]");
    }
  }

  /**
   * Plans in this thread, as a gateway does in one that goes on, and predicts in a thread that ends
   * with its task.
   */
  private static WeakReference<ClassLoader> predictWithTheSqlJar(String topic) throws Exception {
    URL jar = Path.of("target", "millrace-sql-" + Maven.version() + ".jar").toUri().toURL();
    ClassLoader own = PredictFunctionITCase.class.getClassLoader();
    try (MutableURLClassLoader loader =
        FlinkUserCodeClassLoaders.create(new URL[] {jar}, own, new Configuration())) {
      PredictFunction function =
          provider(loader, kafka.bootstrapServers(), topic, "0 b") // models are read again
              .createPredictFunction(null);
      assertThat(function).isNotInstanceOf(SyncModelFunction.class); // that of the test's loader
      FutureTask<Integer> task =
          new FutureTask<>(
              () -> {
                open(function);
                int answers = 0;
                for (String key : List.of("k", "other", "k")) {
                  answers += function.predict(row(key)).iterator().next().isNullAt(0) ? 0 : 1;
                }
                function.close();
                return answers;
              });
      Thread thread = new Thread(task, "task");
      thread.setContextClassLoader(loader);
      thread.start();
      assertThat(task.get()).isEqualTo(3);
      thread.join();
      return new WeakReference<>(function.getClass().getClassLoader());
    }
  }
}
