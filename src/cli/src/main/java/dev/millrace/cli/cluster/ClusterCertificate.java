package dev.millrace.cli.cluster;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificate of one local cluster for mutual TLS: clients that cannot read the directory are
 * rejected at every port.
 *
 * @param directory private to the user
 */
record ClusterCertificate(Path directory) {
  private static final String ALIAS = "cluster";
  private static final String TYPE = "PKCS12";
  private static final int PASSWORD_BYTES = 24;
  // Trusted by itself, so it expires with the directory, not by date.
  private static final int VALID_DAYS = 3_650;

  /**
   * Creates a key pair, a certificate and a trust store with that certificate alone.
   *
   * @throws CliError if the JDK's keytool does not work
   */
  static ClusterCertificate create(Path directory) throws IOException {
    ClusterCertificate certificate = new ClusterCertificate(directory);
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    Files.writeString(certificate.passwordFile(), HexFormat.of().formatHex(random));
    certificate.generate();
    certificate.trustItself();
    return certificate;
  }

  // The JDK has no other public way to make a certificate.
  private void generate() throws IOException {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process process = start(new ProcessBuilder(command(keytool)).redirectErrorStream(true));
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new CliError(
            "%s did not create a certificate for the cluster: %s"
                .formatted(keytool, output.strip()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliError("Interrupted while the cluster's certificate was made", e);
    }
  }

  private List<String> command(Path keytool) {
    return List.of(
        keytool.toString(),
        "-genkeypair",
        "-alias",
        ALIAS,
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-validity",
        Integer.toString(VALID_DAYS),
        "-dname",
        "CN=millrace",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-storetype",
        TYPE,
        "-keystore",
        keyStore().toString(),
        // Arguments are visible to all users.
        "-storepass:file",
        passwordFile().toString(),
        "-J-XX:TieredStopAtLevel=1");
  }

  private static Process start(ProcessBuilder keytool) {
    try {
      return keytool.start();
    } catch (IOException e) {
      throw new CliError(
          "The JDK's keytool, which makes the cluster's certificate, could not be started: "
              + e.getMessage(),
          e);
    }
  }

  private void trustItself() throws IOException {
    try {
      KeyStore trust = KeyStore.getInstance(TYPE);
      trust.load(null, null);
      trust.setCertificateEntry(ALIAS, load(keyStore()).getCertificate(ALIAS));
      try (OutputStream out = Files.newOutputStream(trustStore())) {
        trust.store(out, password().toCharArray());
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Java has no PKCS12 key stores", e);
    }
  }

  /** Returns Flink's options: mutual TLS between its processes. */
  Map<String, String> internalOptions() throws IOException {
    Map<String, String> options = new HashMap<>(stores("security.ssl.internal."));
    options.put("security.ssl.internal.enabled", "true");
    return options;
  }

  /** Returns Flink's options: mutual TLS at the REST port. */
  Map<String, String> restOptions() throws IOException {
    Map<String, String> options = new HashMap<>(stores("security.ssl.rest."));
    options.put("security.ssl.rest.enabled", "true");
    options.put("security.ssl.rest.authentication-enabled", "true");
    return options;
  }

  private Map<String, String> stores(String prefix) throws IOException {
    return Map.of(
        prefix + "keystore",
        keyStore().toString(),
        prefix + "keystore-password",
        password(),
        prefix + "keystore-type",
        TYPE,
        prefix + "key-password",
        password(),
        prefix + "truststore",
        trustStore().toString(),
        prefix + "truststore-password",
        password(),
        prefix + "truststore-type",
        TYPE);
  }

  /** Returns the properties by which ZooKeeper and its clients find the stores. */
  Properties zooKeeper(String prefix) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(prefix + "ssl.keyStore.location", keyStore().toString());
    properties.setProperty(prefix + "ssl.keyStore.password", password());
    properties.setProperty(prefix + "ssl.keyStore.type", TYPE);
    properties.setProperty(prefix + "ssl.trustStore.location", trustStore().toString());
    properties.setProperty(prefix + "ssl.trustStore.password", password());
    properties.setProperty(prefix + "ssl.trustStore.type", TYPE);
    return properties;
  }

  /** Returns the TLS context for clients of the REST port. */
  SSLContext context() throws IOException {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(load(keyStore()), password().toCharArray());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(load(trustStore()));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("no TLS with the certificate in " + directory, e);
    }
  }

  private KeyStore load(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(TYPE);
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, password().toCharArray());
    }
    return store;
  }

  private String password() throws IOException {
    return Files.readString(passwordFile());
  }

  private Path keyStore() {
    return directory.resolve("cluster.p12");
  }

  private Path trustStore() {
    return directory.resolve("trusted.p12");
  }

  private Path passwordFile() {
    return directory.resolve("password");
  }
}
