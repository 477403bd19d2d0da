package org.example.fraud;

import java.time.Instant;

/** An element of the job's stream. Nothing in it is about Millrace. */
public record Payment(
    String id, String card, double amount, String country, boolean fraud, Instant time) {

  /** The first payment of the generated stream. */
  private static final Instant START = Instant.parse("2026-11-26T09:00:00Z");

  private static final String[] COUNTRIES = {"de", "fr", "it", "pl"};

  /** Returns a generated payment, one a second, the same on each run. */
  static Payment of(long number) {
    long random = (number + 1) * 0x9E3779B97F4A7C15L;
    double amount = (random >>> 44) / 1000.0; // up to 1048
    String country = COUNTRIES[(int) (random >>> 20 & 3)];
    boolean fraud = country.equals("fr") ? amount < 80 : amount > 900;
    String card = "card-" + (random >>> 8 & 0xFF) % 4;
    return new Payment(
        "payment-" + number, card, amount, country, fraud, START.plusSeconds(number));
  }
}
