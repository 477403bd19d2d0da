package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;

/**
 * Says why a broker and this client did not agree who they are: which of the two certificates or
 * the login it was, and what to change. Nothing of what was presented is shown.
 */
final class BrokerRefusal {
  private static final String EXAMPLES = " docs/security.md has examples.";

  private BrokerRefusal() {}

  /**
   * @param broker the address, and where it was given
   */
  static CliError of(AuthenticationException refusal, String broker) {
    return refusal instanceof SslAuthenticationException
        ? ofHandshake(refusal, broker)
        : new CliError(
            "The broker at %s refused the login: %s."
                .formatted(broker, oneLine(refusal.getMessage())),
            "Check user and password behind sasl.jaas.config, and sasl.mechanism." + EXAMPLES,
            refusal);
  }

  private static CliError ofHandshake(AuthenticationException refusal, String broker) {
    String certificate = "The certificate of the broker at " + broker;
    for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
      String message = oneLine(cause.getMessage());
      if (cause instanceof CertificateExpiredException
          || cause instanceof CertificateNotYetValidException) {
        return new CliError(
            "%s is not valid today (%s).".formatted(certificate, message),
            "Have the broker's certificate renewed, and check this machine's clock.",
            refusal);
      }
      if (cause instanceof CertPathBuilderException) {
        return new CliError(
            certificate + " is signed by an authority that this client does not trust.",
            "Name a truststore that holds it: ssl.truststore.location and ssl.truststore.type."
                + EXAMPLES,
            refusal);
      }
      if (cause instanceof CertificateException && message.startsWith("No ")) {
        return new CliError(
            "%s is for another host name (%s).".formatted(certificate, message),
            "Name the broker as its certificate does, in bootstrap.servers and in the broker's"
                + " advertised.listeners.",
            refusal);
      }
      if (cause instanceof SSLException && message.contains("fatal alert")) {
        return new CliError(
            "The broker at %s did not accept this client's certificate, or its lack of one (%s)."
                .formatted(broker, message),
            "Name a keystore whose certificate the broker trusts: ssl.keystore.location."
                + EXAMPLES,
            refusal);
      }
    }
    return new CliError(
        "The broker at %s and this client do not agree on TLS: %s."
            .formatted(broker, oneLine(refusal.getMessage())),
        "Compare security.protocol with that of the broker's listener." + EXAMPLES,
        refusal);
  }

  private static String oneLine(String message) {
    return message == null
        ? ""
        : message.lines().findFirst().orElse("").strip().replaceAll("\\.$", "");
  }
}
