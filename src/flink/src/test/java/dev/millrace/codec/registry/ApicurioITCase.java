package dev.millrace.codec.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.WireFormat;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.RegistrySpec;
import dev.millrace.testing.ApicurioProcess;
import dev.millrace.testing.Records;
import dev.millrace.testing.StubRegistry;
import dev.millrace.testing.TestKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry's client against a real one, Apicurio Registry, which {@code -Pregistry} brings. */
@Tag("registry")
class ApicurioITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String READER =
      """
      {"type":"record","name":"Payment","namespace":"shop","fields":[
        {"name":"label","type":"string"},
        {"name":"weight","type":"double","default":1.0},
        {"name":"at","type":"long","default":0},
        {"name":"amount","type":"double"}]}
      """;
  private static final String OLDER =
      """
      {"type":"record","name":"Payment","namespace":"shop","fields":[
        {"name":"amount","type":"int"},
        {"name":"label","type":"string"}]}
      """;
  // The optional weight is gone, a note that the reader does not know has come, and all are in
  // another order.
  private static final String NEWER =
      """
      {"type":"record","name":"Payment","namespace":"shop","fields":[
        {"name":"amount","type":"double"},
        {"name":"note","type":["null","string"],"default":null},
        {"name":"at","type":"long","default":0},
        {"name":"label","type":"string"}]}
      """;
  private static final String OTHER =
      """
      {"type":"record","name":"Payment","namespace":"shop","fields":[
        {"name":"amount","type":"string"},
        {"name":"label","type":"string"}]}
      """;

  @TempDir private Path folder;

  @Test
  void schemasComeFromARealRegistry() throws Exception {
    assumeThat(ApicurioProcess.isInstalled())
        .as("Apicurio Registry is in target/apicurio (mvn verify -Pregistry) and a JDK 21 or newer")
        .isTrue();
    TestKeys keys = TestKeys.make(folder, "registry");
    try (ApicurioProcess registry = ApicurioProcess.start(keys, folder)) {
      int reader = register(registry, "payments-value", READER);
      int older = register(registry, "older-value", OLDER);
      int newer = register(registry, "newer-value", NEWER);
      int other = register(registry, "other-value", OTHER);
      RegistrySpec plain = spec(registry.url(), RegistrySpec.Tls.DEFAULT);
      RegistrySpec.Tls trusting = new RegistrySpec.Tls(keys.pem().toString(), null, null, null);
      RegistryClient client = new RegistryClient(plain);

      assertThat(client.byId(reader)).isEqualTo(new SchemaAnswer.Found(reader, parsed(READER)));
      assertThat(client.bySubject("payments-value", "latest"))
          .isEqualTo(new SchemaAnswer.Found(reader, parsed(READER)));
      assertThat(client.bySubject("payments-value", "9")).isInstanceOf(SchemaAnswer.Absent.class);
      assertThat(client.bySubject("nobody", "1")).isInstanceOf(SchemaAnswer.Absent.class);
      assertThat(client.byId(999_999))
          .isEqualTo(new SchemaAnswer.Absent("the registry has no schema with id 999999"));
      assertThat(new RegistryClient(spec(registry.tlsUrl(), trusting)).byId(older))
          .isInstanceOf(SchemaAnswer.Found.class);
      assertThat(outage(spec(registry.tlsUrl(), RegistrySpec.Tls.DEFAULT)))
          .hasMessageContaining("is not reachable over TLS");
      assertThat(outage(spec(registry.url() + "/wrong", RegistrySpec.Tls.DEFAULT))).isNotNull();
      assertRecordsAreRead(plain, reader, older, newer, other);

      registry.close();
      assertThat(outage(plain)).hasMessageEndingWith("is not reachable");
    }
  }

  private static void assertRecordsAreRead(
      RegistrySpec spec, int reader, int older, int newer, int other) throws IOException {
    try (RegisteredSchemas schemas = RegisteredSchemas.acquire(spec, new Unheard())) {
      ExampleDecoder decoder = new ExampleDecoder(input(spec), schemas);
      Example example = new Example();

      byte[] own =
          framed(reader, READER, Map.of("label", "a", "weight", 2.0, "at", 5L, "amount", 1.5));
      assertThat(decoder.decode(Records.record("k", own, 1), example)).isNull();
      assertThat(example.weight).isEqualTo(2f);
      assertThat(example.features[0]).isEqualTo(1.5f);
      byte[] promoted = framed(older, OLDER, Map.of("label", "b", "amount", 7));
      assertThat(decoder.decode(Records.record("k", promoted, 2), example)).isNull();
      assertThat(example.weight).isEqualTo(1f);
      assertThat(example.features[0]).isEqualTo(7f);
      byte[] later =
          framed(newer, NEWER, Map.of("amount", 2.5, "note", "gift", "at", 6L, "label", "a"));
      assertThat(decoder.decode(Records.record("k", later, 2), example)).isNull();
      assertThat(example.weight).isEqualTo(1f);
      assertThat(example.features[0]).isEqualTo(2.5f);
      byte[] incompatible = framed(other, OTHER, Map.of("label", "b", "amount", "7"));
      assertThat(decoder.decode(Records.record("k", incompatible, 3), example).reason())
          .isEqualTo(DeadLetterReason.INCOMPATIBLE_SCHEMA);
      byte[] unknown = framed(999_999, OTHER, Map.of("label", "b", "amount", "7"));
      assertThat(decoder.decode(Records.record("k", unknown, 4), example).reason())
          .isEqualTo(DeadLetterReason.UNKNOWN_SCHEMA);
    }
  }

  private static final class Unheard implements RegisteredSchemas.Alarm {
    @Override
    public void fails(String why) {
      throw new AssertionError(why);
    }

    @Override
    public void answers() {}
  }

  private static InputSpec input(RegistrySpec registry) {
    InputSpec mapped =
        Records.mapped(
            InputSpec.Format.AVRO,
            READER,
            List.of(new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0)));
    return Records.withRegistry(mapped, registry);
  }

  private static RegistrySpec spec(String url, RegistrySpec.Tls tls) {
    return StubRegistry.spec(url, null, null, tls);
  }

  private static RegistryException outage(RegistrySpec spec) {
    return catchThrowableOfType(RegistryException.class, () -> new RegistryClient(spec).byId(1));
  }

  private static int register(ApicurioProcess registry, String subject, String schema)
      throws IOException, InterruptedException {
    ObjectNode body = JSON.createObjectNode().put("schema", schema);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(registry.url() + "/subjects/" + subject + "/versions"))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body()).path("id").asInt();
  }

  private static Schema parsed(String schema) {
    return new Schema.Parser().parse(schema);
  }

  private static byte[] framed(int id, String schema, Map<String, ?> fields) throws IOException {
    GenericRecord record = new GenericData.Record(parsed(schema));
    fields.forEach(record::put);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
    return ByteBuffer.allocate(WireFormat.HEADER_LENGTH + bytes.size())
        .put((byte) 0)
        .putInt(id)
        .put(bytes.toByteArray())
        .array();
  }
}
