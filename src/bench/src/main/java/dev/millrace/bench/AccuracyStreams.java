package dev.millrace.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Generates the streams of {@code bench accuracy} whose truth is known, the same on each run. */
final class AccuracyStreams {

  static final String CLICKS = "generated_clicks.csv";
  static final String NOISE = "generated_noise.csv";

  private static final int CLICK_ROWS = 50_000;
  private static final int NOISE_ROWS = 20_000;

  private AccuracyStreams() {}

  /** Writes the stream with this file name into a folder; returns null if there is none. */
  static @Nullable Path write(String name, Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      switch (name) {
        case CLICKS -> writeClicks(out, CLICK_ROWS);
        case NOISE -> writeNoise(out, NOISE_ROWS);
        default -> {
          Files.delete(file);
          return null;
        }
      }
    }
    return file;
  }

  /**
   * Clicks on ads, about 3 in 100, by users, ads and sites with Zipf frequencies, each with an
   * effect of its own on the log-odds.
   */
  static void writeClicks(Writer out, int rows) throws IOException {
    Random random = new Random(7);
    Ids users = new Ids(20_000, 0.7, 1.3, random);
    Ids ads = new Ids(2_000, 0.9, 1.0, random);
    Ids sites = new Ids(500, 1.0, 0.8, random);
    String[] devices = {"desktop", "mobile", "mobile", "tablet"};
    out.write("user,ad,site,hour,device,click\n");
    for (int r = 0; r < rows; r++) {
      int user = users.draw(random);
      int ad = ads.draw(random);
      int site = sites.draw(random);
      int hour = random.nextInt(24);
      int device = random.nextInt(devices.length);
      double logOdds =
          -5.5
              + users.effect(user)
              + ads.effect(ad)
              + sites.effect(site)
              + 0.3 * StrictMath.cos((hour - 20) * Math.PI / 12)
              + 0.2 * (device % 3);
      boolean isClick = random.nextDouble() < 1 / (1 + StrictMath.exp(-logOdds));
      out.write(
          "u%d,a%d,s%d,%d,%s,%s\n"
              .formatted(user, ad, site, hour, devices[device], isClick ? "yes" : "no"));
    }
  }

  /** Numbers and words that say nothing about a label, 3.1 % of one class. */
  static void writeNoise(Writer out, int rows) throws IOException {
    Random random = new Random(11);
    out.write("x1,x2,x3,x4,x5,x6,x7,x8,w1,w2,w3,w4,w5,w6,label\n");
    for (int r = 0; r < rows; r++) {
      StringBuilder row = new StringBuilder();
      for (int x = 0; x < 8; x++) {
        row.append((float) random.nextGaussian()).append(',');
      }
      for (int w = 0; w < 6; w++) {
        row.append((char) ('a' + random.nextInt(10))).append(',');
      }
      out.write(row.append(random.nextDouble() < 0.031 ? "yes\n" : "no\n").toString());
    }
  }

  /** Ids of which the k-th is drawn with a probability in proportion to 1/k^s. */
  private static final class Ids {
    private final double[] cumulated;
    private final double[] effects;

    Ids(int count, double exponent, double deviation, Random random) {
      cumulated = new double[count];
      effects = new double[count];
      double sum = 0;
      for (int k = 0; k < count; k++) {
        sum += StrictMath.pow(k + 1, -exponent);
        cumulated[k] = sum;
        effects[k] = deviation * random.nextGaussian();
      }
    }

    int draw(Random random) {
      int found =
          Arrays.binarySearch(cumulated, random.nextDouble() * cumulated[cumulated.length - 1]);
      return Math.min(cumulated.length - 1, found < 0 ? -found - 1 : found);
    }

    double effect(int id) {
      return effects[id];
    }
  }
}
