package dev.millrace.codec.registry;

import static dev.millrace.testing.StubRegistry.withReference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.data.Secret;
import dev.millrace.input.RegistrySpec;
import dev.millrace.input.RegistrySpec.Tls;
import dev.millrace.testing.StubRegistry;
import dev.millrace.testing.StubRegistry.Mode;
import dev.millrace.testing.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryClientTest {
  private static final String PAYMENT =
      "{\"type\":\"record\",\"name\":\"Payment\",\"fields\":"
          + "[{\"name\":\"amount\",\"type\":\"int\"}]}";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StubRegistry registry = new StubRegistry().with(7, PAYMENT);

  @TempDir private Path folder;

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void asksForASchemaByItsIdAndBySubject() throws Exception {
    registry.with("payments-value", "latest", 7, PAYMENT);
    RegistryClient client = new RegistryClient(registry.spec());

    assertThat(client.byId(7)).isEqualTo(new SchemaAnswer.Found(7, parsed(PAYMENT)));
    assertThat(client.bySubject("payments-value", "latest"))
        .isEqualTo(new SchemaAnswer.Found(7, parsed(PAYMENT)));
  }

  @Test
  void aSchemaMayTakeItsTypesFromOthers() throws Exception {
    registry.with(
        "country", "3", 1, "{\"type\":\"enum\",\"name\":\"Country\",\"symbols\":[\"NO\"]}");
    registry.withAnswer(
        "/subjects/shop/versions/1",
        withReference(
            "{\"type\":\"record\",\"name\":\"Shop\",\"fields\":"
                + "[{\"name\":\"country\",\"type\":\"Country\"}]}",
            "country",
            3));
    registry.withAnswer(
        "/schemas/ids/8",
        withReference(
            "{\"type\":\"record\",\"name\":\"Sale\",\"fields\":"
                + "[{\"name\":\"shop\",\"type\":\"Shop\"}]}",
            "shop",
            1));

    SchemaAnswer answer = new RegistryClient(registry.spec()).byId(8);

    assertThat(((SchemaAnswer.Found) answer).schema().getField("shop").schema().getFields())
        .singleElement()
        .satisfies(field -> assertThat(field.schema().getEnumSymbols()).containsExactly("NO"));
  }

  @Test
  void anAbsentOrUnusableSchemaIsAnAnswer() throws Exception {
    registry.with(9, "{\"type\":\"record\"}");
    registry.withAnswer(
        "/schemas/ids/10",
        JSON.createObjectNode().put("schema", "syntax").put("schemaType", "PROTOBUF"));
    registry.withAnswer("/schemas/ids/11", withReference(PAYMENT, "gone", 1));
    RegistryClient client = new RegistryClient(registry.spec());

    assertThat(why(client.byId(8))).isEqualTo("the registry has no schema with id 8");
    assertThat(why(client.bySubject("s", "4")))
        .isEqualTo("the registry has no version 4 of subject s");
    assertThat(why(client.byId(9))).startsWith("schema id 9 is not valid Avro: ");
    assertThat(why(client.byId(10))).isEqualTo("schema id 10 is PROTOBUF; only AVRO is read");
    assertThat(why(client.byId(11)))
        .isEqualTo(
            "schema id 11 is not valid Avro: it refers to /subjects/gone/versions/1, which does not"
                + " exist");
  }

  @Test
  void aSchemaMayReferTo32Others() throws Exception {
    registry.withAnswer("/schemas/ids/12", withReference(PAYMENT, "s1", 1));
    for (int i = 1; i <= 33; i++) {
      String other = "{\"type\":\"enum\",\"name\":\"E%d\",\"symbols\":[\"A\"]}".formatted(i);
      registry.withAnswer(
          "/subjects/s%d/versions/1".formatted(i), withReference(other, "s" + (i + 1), 1));
    }
    RegistryClient client = new RegistryClient(registry.spec());

    assertThat(why(client.byId(12)))
        .isEqualTo("schema id 12 is not valid Avro: it has more than 32 references");

    ObjectNode last = JSON.createObjectNode();
    last.put("schema", "{\"type\":\"enum\",\"name\":\"Country\",\"symbols\":[\"NO\"]}");
    registry.withAnswer("/subjects/s32/versions/1", last);
    assertThat(client.byId(12)).isInstanceOf(SchemaAnswer.Found.class);
  }

  @ParameterizedTest
  @CsvSource({
    "FAILING, answers 503",
    "PROXY, answers with something other than a JSON object",
    "NO_SUCH_PATH, answers with 404 without a registry's error code",
    "ENDLESS, failed: the response has more than 4194304 bytes"
  })
  void anInvalidAnswerIsAnOutage(Mode mode, String message) {
    registry.setMode(mode);

    assertThat(failure(registry.spec()))
        .hasMessageStartingWith(registry.url() + " " + message)
        .as("what is told continues the sentence")
        .hasMessageMatching("(?s).*[^.?!]");
  }

  @Test
  void aRegistryThatDoesNotAnswerOrIsNotThereIsAnOutage() {
    registry.setMode(Mode.SILENT);
    RegistrySpec impatient =
        new RegistrySpec(
            registry.url(),
            null,
            null,
            Tls.DEFAULT,
            new RegistrySpec.Timing(100, 100, 1, 1, 1),
            10);

    assertThat(failure(impatient)).hasMessage(registry.url() + " does not answer within 100 ms");
    registry.close();
    assertThat(failure(registry.spec())).hasMessage(registry.url() + " is not reachable");
  }

  @Test
  void aFileHoldsTheUserOfTheRegistry() throws Exception {
    String right =
        "Basic "
            + Base64.getEncoder().encodeToString("me:hunter2".getBytes(StandardCharsets.UTF_8));
    registry.require(right);
    Path file = Files.writeString(folder.resolve("user"), "me:hunter3\n");
    Secret secret = new Secret("${directory:" + folder + ":user}");
    RegistrySpec spec = StubRegistry.spec(registry.url(), secret, null, Tls.DEFAULT);
    RegistryClient client = new RegistryClient(spec);

    RegistryException rejected =
        catchThrowableOfType(RegistryException.class, () -> client.byId(7));
    Files.writeString(file, "me:hunter2\n");

    assertThat(rejected)
        .hasMessageContaining("answers 401: check input.registry.basic-auth")
        .hasMessageNotContaining("hunter");
    assertThat(client.byId(7)).isInstanceOf(SchemaAnswer.Found.class);
    assertThat(spec.toString()).doesNotContain("hunter");
  }

  @Test
  void aTokenIsReadFromAPropertiesFile() throws Exception {
    registry.require("Bearer hunter2");
    Path file = Files.writeString(folder.resolve("secrets.properties"), "token=hunter2\nbad=a\\nb");

    assertThat(new RegistryClient(bearer("${file:" + file + ":token}")).byId(7))
        .isInstanceOf(SchemaAnswer.Found.class);
    assertThat(failure(bearer("${file:" + file + ":absent}")))
        .hasMessage(registry.url() + " was not requested: ${file:" + file + ":absent} is not set");
    assertThat(failure(bearer("${file:" + file + ":bad}")))
        .hasMessage(
            registry.url()
                + " was not requested: the token in input.registry.bearer-token is not one line of"
                + " text");
    assertThat(failure(bearer("${file:/nowhere/at.all:token}")))
        .hasMessage(
            registry.url() + " was not requested: ${file:/nowhere/at.all:token} cannot be read");
    assertThat(failure(bearer("${env:MILLRACE_TEST_NO_SUCH_VARIABLE}")))
        .hasMessage(
            registry.url()
                + " was not requested: ${env:MILLRACE_TEST_NO_SUCH_VARIABLE} is not set");
  }

  @Test
  void bothSidesOfTlsAreAuthenticated() throws Exception {
    TestKeys server = TestKeys.make(folder, "server");
    TestKeys client = TestKeys.make(folder, "client");
    Files.writeString(folder.resolve("password"), TestKeys.PASSWORD);
    Secret password = new Secret("${directory:" + folder + ":password}");
    String pem = server.pem().toString();
    try (StubRegistry oneSided = new StubRegistry(server.serverTrusting(client), false);
        StubRegistry twoSided = new StubRegistry(server.serverTrusting(client), true)) {
      oneSided.with(7, PAYMENT);
      twoSided.with(7, PAYMENT);

      assertThat(new RegistryClient(tls(oneSided, new Tls(pem, null, null, null))).byId(7))
          .isInstanceOf(SchemaAnswer.Found.class);
      Tls store = new Tls(server.truststore().toString(), password, null, null);
      assertThat(new RegistryClient(tls(oneSided, store)).byId(7))
          .isInstanceOf(SchemaAnswer.Found.class);
      assertThat(failure(tls(oneSided, Tls.DEFAULT)))
          .hasMessageStartingWith(oneSided.url() + " is not reachable over TLS: ");

      Tls known = new Tls(pem, null, client.store().toString(), password);
      assertThat(new RegistryClient(tls(twoSided, known)).byId(7))
          .isInstanceOf(SchemaAnswer.Found.class);
      assertThat(failure(tls(twoSided, new Tls(pem, null, null, null))))
          .hasMessageStartingWith(twoSided.url() + " ");
      Tls wrongFile = new Tls(client.store() + ".gone", null, null, null);
      assertThat(failure(tls(oneSided, wrongFile)))
          .hasMessageEndingWith(client.store() + ".gone is not a file that can be read");
    }
  }

  @Test
  void whateverTheRegistryAnswersItIsAnAnswerOrAnOutage() throws Exception {
    long seed = 20261125;
    SplittableRandom random = new SplittableRandom(seed);
    byte[] good =
        ("{\"schema\":\""
                + PAYMENT.replace("\"", "\\\"")
                + "\",\"schemaType\":\"AVRO\","
                + "\"references\":[{\"name\":\"a\",\"subject\":\"a\",\"version\":1}]}")
            .getBytes(StandardCharsets.UTF_8);
    registry.with("a", "1", 1, "{\"type\":\"enum\",\"name\":\"Country\",\"symbols\":[\"NO\"]}");
    RegistryClient client = new RegistryClient(registry.spec());
    int outages = 0;
    int absent = 0;
    for (int i = 0; i < 500; i++) {
      byte[] damaged = Arrays.copyOf(good, good.length - random.nextInt(2) * random.nextInt(99));
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(32, 127);
      }
      registry.withAnswer("/schemas/ids/7", new String(damaged, StandardCharsets.UTF_8));
      try {
        absent += client.byId(7) instanceof SchemaAnswer.Absent ? 1 : 0;
      } catch (RegistryException e) {
        outages++;
      }
    }
    assertThat(outages).as("seed %d", seed).isBetween(100, 400);
    assertThat(absent).as("seed %d", seed).isBetween(50, 300);
  }

  @Test
  void rejectsSchemasThatNestTooDeeply() throws Exception {
    registry.with(
        12, "{\"type\":\"array\",\"items\":".repeat(20_000) + "\"int\"" + "}".repeat(20_000));

    assertThat(why(new RegistryClient(registry.spec()).byId(12)))
        .startsWith("schema id 12 is not valid Avro: ");
  }

  @Test
  void aSchemaIsLimitedTogetherWithThoseThatItRefersTo() throws Exception {
    registry.withNestedSchemas(12, 900);
    String wide = "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"doc\":\"%s\"}";
    registry.with(40, wide.formatted("x".repeat(1 << 20)));
    RegistryClient client = new RegistryClient(registry.spec());

    assertThat(client.bySubject("r1", "1")).isInstanceOf(SchemaAnswer.Found.class);
    assertThat(why(client.byId(StubRegistry.NESTED)))
        .endsWith("with its references it is nested more than 1000 levels deep");
    assertThat(why(client.byId(40)))
        .endsWith("with its references it has more than 1048576 characters");
  }

  private RegistrySpec bearer(String placeholder) {
    return StubRegistry.spec(registry.url(), null, new Secret(placeholder), Tls.DEFAULT);
  }

  private static RegistrySpec tls(StubRegistry registry, Tls tls) {
    return StubRegistry.spec(registry.url(), null, null, tls);
  }

  private static RegistryException failure(RegistrySpec spec) {
    return catchThrowableOfType(RegistryException.class, () -> new RegistryClient(spec).byId(7));
  }

  private static String why(SchemaAnswer answer) {
    return ((SchemaAnswer.Absent) answer).reason();
  }

  private static Schema parsed(String schema) throws IOException {
    return new Schema.Parser().parse(schema);
  }
}
