package dev.millrace.codec.registry;

import dev.millrace.data.Secret;
import dev.millrace.input.RegistrySpec;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Creates the TLS context of a registry's client from files. */
final class RegistryTls {
  private static final int PEM_START = '-';

  private RegistryTls() {}

  /**
   * Returns the context, the default of the JVM if there are no settings.
   *
   * @throws RegistryException if a file or its password is invalid; the message names the file
   */
  static SSLContext context(RegistrySpec.Tls tls) throws RegistryException {
    try {
      if (tls.equals(RegistrySpec.Tls.DEFAULT)) {
        return SSLContext.getDefault();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(tls), trust(tls), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new RegistryException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static KeyManager @Nullable [] keys(RegistrySpec.Tls tls)
      throws RegistryException, GeneralSecurityException {
    if (tls.keystore() == null) {
      return null;
    }
    char[] password = password(tls.keystorePassword());
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store(tls.keystore(), password), password);
    return keys.getKeyManagers();
  }

  private static TrustManager @Nullable [] trust(RegistrySpec.Tls tls)
      throws RegistryException, GeneralSecurityException {
    if (tls.truststore() == null) {
      return null;
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(
        isPem(tls.truststore())
            ? certificates(tls.truststore())
            : store(tls.truststore(), password(tls.truststorePassword())));
    return trust.getTrustManagers();
  }

  private static char @Nullable [] password(@Nullable Secret secret) throws RegistryException {
    try {
      return secret == null ? null : secret.resolve().toCharArray();
    } catch (IOException e) {
      throw new RegistryException(e.getMessage(), e);
    }
  }

  private static KeyStore store(String file, char @Nullable [] password) throws RegistryException {
    try {
      return KeyStore.getInstance(new File(file), password);
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(file, "a PKCS #12 or JKS store with that password", e);
    }
  }

  private static boolean isPem(String file) throws RegistryException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return in.read() == PEM_START;
    } catch (IOException e) {
      throw unreadable(file, "a file that can be read", e);
    }
  }

  private static KeyStore certificates(String file) throws RegistryException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("certificate-" + count++, each);
      }
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(file, "a PEM file of certificates", e);
    }
  }

  private static RegistryException unreadable(String file, String expected, Exception cause) {
    return new RegistryException(file + " is not " + expected, cause);
  }
}
