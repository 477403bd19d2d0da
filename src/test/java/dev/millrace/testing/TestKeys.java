package dev.millrace.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
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
    Path store = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException(said);
    }
    return new TestKeys(store, KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()));
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
