package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.jspecify.annotations.Nullable;

/** Errors of failed authentication: the certificate or login that failed, and the remedy. */
final class AuthenticationErrors {
  private static final String EXAMPLES = " docs/security.md has examples.";

  private AuthenticationErrors() {}

  /**
   * Returns the error of a failed login or TLS handshake.
   *
   * @param broker its address, and the origin of the address
   */
  static CliError of(AuthenticationException failure, String broker) {
    return failure instanceof SslAuthenticationException
        ? ofHandshake(failure, broker)
        : new CliError(
            "The broker at %s rejected the login: %s."
                .formatted(broker, oneLine(failure.getMessage())),
            "Check user and password behind sasl.jaas.config, and sasl.mechanism." + EXAMPLES,
            failure);
  }

  private static CliError ofHandshake(AuthenticationException failure, String broker) {
    String certificate = "The certificate of the broker at " + broker;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = oneLine(cause.getMessage());
      if (cause instanceof CertificateExpiredException
          || cause instanceof CertificateNotYetValidException) {
        return new CliError(
            "%s is not valid today (%s).".formatted(certificate, message),
            "Have the broker's certificate renewed, and check this machine's clock.",
            failure);
      }
      if (cause instanceof CertPathBuilderException) {
        return new CliError(
            certificate + " is signed by an authority that this client does not trust.",
            "Name a truststore that holds it: ssl.truststore.location and ssl.truststore.type."
                + EXAMPLES,
            failure);
      }
      if (cause instanceof CertificateException && message.startsWith("No ")) {
        return new CliError(
            "%s is for another host name (%s).".formatted(certificate, message),
            "Name the broker as its certificate does, in bootstrap.servers and in the broker's"
                + " advertised.listeners.",
            failure);
      }
      if (cause instanceof SSLException && message.contains("fatal alert")) {
        return new CliError(
            "The broker at %s rejected this client's certificate, or its absence (%s)."
                .formatted(broker, message),
            "Name a keystore whose certificate the broker trusts: ssl.keystore.location."
                + EXAMPLES,
            failure);
      }
    }
    return new CliError(
        "The broker at %s and this client do not agree on TLS: %s."
            .formatted(broker, oneLine(failure.getMessage())),
        "Compare security.protocol with that of the broker's listener." + EXAMPLES,
        failure);
  }

  private static String oneLine(@Nullable String message) {
    return message == null
        ? ""
        : message.lines().findFirst().orElse("").strip().replaceAll("\\.$", "");
  }
}
