package dev.millrace.cli.kafka;

import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.Patience;
import dev.millrace.testing.TestKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;

/**
 * A broker with an authorizer and a listener for each way to log in. Whoever comes by the open
 * listener may do everything; everybody else only what was granted.
 */
final class SecureKafka implements AutoCloseable {
  /** Where the client must have a certificate. */
  static final String MUTUAL = "MUTUAL";

  /** Where it needs nothing. */
  private static final String TLS = "TLS";

  /** Where it must know a password. */
  static final String LOGIN = "LOGIN";

  /** Where the broker's certificate has expired. */
  static final String EXPIRED = "EXPIRED";

  static final String PASSWORD = "correct-horse-4711";

  /** The user of the examples in docs/security.md. */
  static final String USER = "millrace";

  private final Path dir;
  private final EmbeddedKafka kafka;
  private final TestKeys authority;
  private final TestKeys stranger;
  private final TestKeys client;

  SecureKafka(Path dir) throws IOException, InterruptedException, GeneralSecurityException {
    this.dir = dir;
    authority = TestKeys.authority(dir, "authority");
    stranger = TestKeys.authority(dir, "stranger");
    client = authority.sign("client", "-1d", 30);
    TestKeys server = authority.sign("server", "-1d", 30);
    TestKeys expired = authority.sign("expired", "-30d", 10);
    Map<String, String> more = new HashMap<>();
    more.put(
        "listeners",
        "MUTUAL://127.0.0.1:0,LOGIN://127.0.0.1:0,EXPIRED://127.0.0.1:0,TLS://127.0.0.1:0");
    more.put("listener.security.protocol.map", "MUTUAL:SSL,LOGIN:SASL_SSL,EXPIRED:SSL,TLS:SSL");
    more.put("authorizer.class.name", StandardAuthorizer.class.getName());
    more.put("super.users", "User:ANONYMOUS");
    keystore(more, MUTUAL, server);
    keystore(more, LOGIN, server);
    keystore(more, TLS, server);
    keystore(more, EXPIRED, expired);
    String mutual = "listener.name.mutual.ssl.";
    more.put(mutual + "client.auth", "required");
    more.put(mutual + "truststore.location", authority.truststore().toString());
    more.put(mutual + "truststore.type", "PKCS12");
    more.put(mutual + "truststore.password", TestKeys.PASSWORD);
    String login = "listener.name.login.";
    more.put(login + "sasl.enabled.mechanisms", "SCRAM-SHA-512,SCRAM-SHA-256,PLAIN");
    String scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
    more.put(login + "scram-sha-512.sasl.jaas.config", scram);
    more.put(login + "scram-sha-256.sasl.jaas.config", scram);
    more.put(
        login + "plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=\"%s\";"
            .formatted(USER, PASSWORD));
    kafka = EmbeddedKafka.start(0, null, more);
    Files.writeString(
        dir.resolve("secrets.properties"),
        "store=%s\nright=%s\nwrong=battery-staple-4712\nuser=%s\n"
            .formatted(TestKeys.PASSWORD, PASSWORD, USER));
  }

  private static void keystore(Map<String, String> more, String listener, TestKeys keys) {
    String prefix = "listener.name." + listener.toLowerCase(Locale.ROOT) + ".ssl.";
    more.put(prefix + "keystore.location", keys.store().toString());
    more.put(prefix + "keystore.type", "PKCS12");
    more.put(prefix + "keystore.password", TestKeys.PASSWORD);
    more.put(prefix + "key.password", TestKeys.PASSWORD);
  }

  String address(String listener) {
    return kafka.bootstrapServers(listener);
  }

  /** Makes users that all have {@link #PASSWORD}, with either mechanism. */
  void addUsers(Collection<String> names) throws Exception {
    try (Admin admin = admin()) {
      // The broker takes one change of a user in a request.
      for (ScramMechanism mechanism :
          List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)) {
        ScramCredentialInfo scram = new ScramCredentialInfo(mechanism, 4096);
        admin
            .alterUserScramCredentials(
                names.stream()
                    .<UserScramCredentialAlteration>map(
                        name -> new UserScramCredentialUpsertion(name, scram, PASSWORD))
                    .toList())
            .all()
            .get();
      }
    }
  }

  void grant(Collection<AclBinding> rights) throws Exception {
    try (Admin admin = admin()) {
      admin.createAcls(rights).all().get();
      await().until(() -> known(admin).containsAll(rights));
    }
  }

  void revoke(Collection<AclBinding> rights) throws Exception {
    try (Admin admin = admin()) {
      admin.deleteAcls(rights.stream().map(AclBinding::toFilter).toList()).all().get();
      await().until(() -> Collections.disjoint(known(admin), rights));
    }
  }

  // What the broker goes by; it learns of changes from the controller, a moment later.
  private static Collection<AclBinding> known(Admin admin) throws Exception {
    return admin.describeAcls(AclBindingFilter.ANY).values().get();
  }

  /** An administrator. */
  Admin admin() {
    return KafkaClients.admin(Map.of("bootstrap.servers", kafka.bootstrapServers()), Patience.MAX);
  }

  /** The {@code kafka} part of a pipeline file for a listener, trusting the right authority. */
  String tls(String listener) throws IOException, GeneralSecurityException {
    return tls(listener, authority.pem());
  }

  /** The same, trusting another one. */
  String tlsTrustingAStranger(String listener) throws IOException, GeneralSecurityException {
    return tls(listener, stranger.pem());
  }

  private String tls(String listener, Path trusted) {
    return """
    kafka:
      bootstrap.servers: "%s"
      security.protocol: SSL
      ssl.truststore.type: PEM
      ssl.truststore.location: %s
    """
        .formatted(address(listener), trusted);
  }

  /** The same with the client's certificate. */
  String mutualTls() throws IOException, GeneralSecurityException {
    return tls(MUTUAL)
        + """
          ssl.keystore.type: PKCS12
          ssl.keystore.location: %s
          ssl.keystore.password: ${file:%s:store}
          ssl.key.password: ${file:%<s:store}
        """
            .formatted(client.store(), dir.resolve("secrets.properties"));
  }

  /**
   * The same with a user and a password.
   *
   * @param password "right" or "wrong"
   */
  String login(String user, String password) throws IOException, GeneralSecurityException {
    return tls(LOGIN).replace("protocol: SSL", "protocol: SASL_SSL")
        + """
          sasl.mechanism: SCRAM-SHA-512
          sasl.jaas.config: >-
            org.apache.kafka.common.security.scram.ScramLoginModule required
            username="%s" password="${file:%s:%s}";
        """
            .formatted(user, dir.resolve("secrets.properties"), password);
  }

  /** An example of docs/security.md with this broker's address, files and passwords. */
  String documented(String example) throws IOException, GeneralSecurityException {
    boolean hasLogin = example.contains("sasl.mechanism");
    String listener = hasLogin ? LOGIN : example.contains("ssl.keystore") ? MUTUAL : TLS;
    String secret = "${file:" + dir.resolve("secrets.properties") + ":%s}";
    String here =
        example
            .replaceFirst("bootstrap.servers: .*", "bootstrap.servers: " + address(listener))
            .replace("/etc/millrace/ca.pem", authority.pem().toString())
            .replace("/etc/millrace/client.p12", client.store().toString())
            .replace("${env:KEYSTORE_PASSWORD}", secret.formatted("store"))
            .replace("${env:API_KEY}", secret.formatted("user"))
            .replaceAll(
                "\\$\\{env:(KAFKA_PASSWORD|API_SECRET)}",
                Matcher.quoteReplacement(secret.formatted("right")));
    return here.contains("ssl.truststore")
        ? here
        : here
            + "  ssl.truststore.type: PEM\n  ssl.truststore.location: %s\n"
                .formatted(authority.pem());
  }

  @Override
  public void close() {
    kafka.close();
  }
}
