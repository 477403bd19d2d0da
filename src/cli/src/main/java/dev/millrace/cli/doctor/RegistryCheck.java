package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Plural;
import dev.millrace.codec.registry.RegistryClient;
import dev.millrace.codec.registry.RegistryException;
import dev.millrace.data.RegistrySpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a schema registry answers, and whether its clock and ours agree. */
final class RegistryCheck {
  private static final String NAME = "registry";
  // Small in every registry that speaks Confluent's protocol.
  private static final String PROBE = "/schemas/types";
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private RegistryCheck() {}

  /** Asks a pipeline's registry as its job does, with its login, for any schema. */
  static Finding of(RegistrySpec spec) throws InterruptedException {
    try {
      // That there is no such schema is an answer, too.
      new RegistryClient(spec).byId(1);
      return Finding.ok(NAME, spec.url() + " answers");
    } catch (RegistryException e) {
      return Finding.failed(
          NAME,
          e.getMessage(),
          "Look at input.registry in the pipeline file, and at the registry.");
    }
  }

  static List<Finding> of(String url, Duration timeout) throws InterruptedException {
    String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    HttpRequest request;
    try {
      request = HttpRequest.newBuilder(URI.create(base + PROBE)).timeout(timeout).build();
    } catch (IllegalArgumentException e) {
      return List.of(
          Finding.failed(
              NAME, url + " is no address of a registry", "Write it as http://HOST:PORT."));
    }
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    try {
      return answered(url, client.send(request, HttpResponse.BodyHandlers.discarding()));
    } catch (IOException e) {
      String cause = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return List.of(
          Finding.failed(
              NAME,
              "No registry answered at %s within %d s (%s)"
                  .formatted(url, timeout.toSeconds(), cause),
              "Start it, or correct the address."));
    }
  }

  private static List<Finding> answered(String url, HttpResponse<Void> response) {
    List<Finding> findings = new ArrayList<>();
    int status = response.statusCode();
    if (status == 401 || status == 403) {
      findings.add(
          Finding.failed(
              NAME,
              url + " refuses the login (HTTP " + status + ")",
              "Give the user and password that the registry knows."));
    } else if (status != 200) {
      findings.add(
          Finding.failed(
              NAME,
              url + " answers HTTP " + status,
              "Is it the address of the Confluent-compatible interface? Apicurio's ends in"
                  + " /apis/ccompat/v7."));
    } else {
      findings.add(Finding.ok(NAME, url + " answers"));
    }
    response
        .headers()
        .firstValue("date")
        .flatMap(date -> clock(date, Instant.now()))
        .ifPresent(findings::add);
    return findings;
  }

  /** What the time of an HTTP answer says of this machine's, if anything. */
  static Optional<Finding> clock(String date, Instant now) {
    Duration apart;
    try {
      apart =
          Duration.between(
              ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant(), now);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
    if (apart.abs().compareTo(CLOCK_TOLERANCE) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.warning(
            "clock",
            "this machine's is %s %s the registry's"
                .formatted(
                    Plural.of(apart.abs().toSeconds(), "second"),
                    apart.isNegative() ? "behind" : "ahead of"),
            "Set both by NTP: timedatectl set-ntp true"));
  }
}
