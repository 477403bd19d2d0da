package dev.millrace.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key with its self-signed certificate for localhost, made by the JDK's keytool. */
public final class TestKeys {
  /** Of every store. */
  public static final String PASSWORD = "changeit";

  private final Path store;
  private final KeyStore keys;

  private TestKeys(Path store, KeyStore keys) {
    this.store = store;
    this.keys = keys;
  }

  public static TestKeys make(Path folder, String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    return make(folder.resolve(name + ".p12"), name, "SAN=dns:localhost,ip:127.0.0.1");
  }

  /** An authority, whose key signs others. */
  public static TestKeys authority(Path folder, String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    return make(folder.resolve(name + ".p12"), name, "BC=ca:true");
  }

  /**
   * A key with a certificate for localhost that this authority signs.
   *
   * @param start of the certificate, as keytool has it, such as {@code -5d}
   * @param days that it is valid from then on
   */
  public TestKeys sign(String name, String start, int days)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path signed = store.resolveSibling(name + ".p12");
    Files.copy(store, signed);
    String authority = keys.aliases().nextElement();
    TestKeys made =
        make(
            signed,
            name,
            "SAN=dns:localhost,ip:127.0.0.1",
            "-signer",
            authority,
            "-startdate",
            start,
            "-validity",
            "" + days);
    keytool("-delete", "-alias", authority, "-keystore", signed.toString());
    made.keys.deleteEntry(authority);
    return made;
  }

  private static TestKeys make(Path store, String name, String extension, String... more)
      throws IOException, InterruptedException, GeneralSecurityException {
    List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", name));
    arguments.addAll(List.of("-keyalg", "EC", "-dname", "CN=" + name, "-ext", extension));
    arguments.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
    arguments.addAll(List.of(more));
    keytool(arguments.toArray(new String[0]));
    return new TestKeys(store, KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()));
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException(said);
    }
  }

  /** The PKCS #12 file of key and certificate. */
  public Path store() {
    return store;
  }

  /** Writes the certificate as PEM. */
  public Path pem() throws IOException, GeneralSecurityException {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate().getEncoded());
    return Files.writeString(
        store.resolveSibling(store.getFileName() + ".pem"),
        "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
  }

  /** Writes the certificate alone as a PKCS #12 truststore. */
  public Path truststore() throws IOException, GeneralSecurityException {
    Path file = store.resolveSibling(store.getFileName() + ".trust");
    try (OutputStream out = Files.newOutputStream(file)) {
      trust().store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  /** TLS of a server with this key that trusts another one's certificate. */
  public SSLContext serverTrusting(TestKeys client) throws IOException, GeneralSecurityException {
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD.toCharArray());
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(client.trust());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  private KeyStore trust() throws IOException, GeneralSecurityException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("trusted", certificate());
    return trust;
  }

  private Certificate certificate() throws GeneralSecurityException {
    return keys.getCertificate(keys.aliases().nextElement());
  }
}
