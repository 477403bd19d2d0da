package dev.millrace.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Something that goes wrong while records flow.
 *
 * @param name of its row
 * @param strike how it strikes
 * @param proof what {@code strike} must have seen for the fault to count as one
 */
record Fault(String name, Strike strike, List<String> proof) {

  /** Strikes, and returns what the operating system, Flink and Kafka said of it. */
  @FunctionalInterface
  interface Strike {
    List<String> on(TestBed bed, Random random) throws Exception;
  }

  Fault(String name, Strike strike, String... proof) {
    this(name, strike, List.of(proof));
  }

  /** A number of records that the seed decides: half a second to four seconds of them. */
  static int moment(Random random) {
    return 30 + random.nextInt(220);
  }

  static List<String> plus(List<String> options, String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return all;
  }
}
