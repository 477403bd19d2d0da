package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.millrace.testing.FuzzTargets;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Gives the fuzz targets the committed inputs and seeded mutations of them; {@code mvn verify
 * -Pfuzz} looks for more.
 */
class FuzzCorpusTest {
  private static final int SEED = 7;
  private static final int MUTATIONS_PER_TARGET = 1_000;
  private static final int LONGEST = 64 << 10;
  // Far above what any input needs, far below what a length that is believed would take.
  private static final long MAX_ALLOCATED = 256L << 20;

  // What lengths and counts are likely to be mistaken for, in either byte order.
  private static final int[] INTERESTING = {
    0, 1, -1, 127, 128, 255, 65_535, 1 << 20, 1 << 28, Integer.MAX_VALUE, Integer.MIN_VALUE
  };

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @EnumSource
  void nothingInTheCorpusAndNothingLikeItDoesHarm(FuzzTargets target) throws Exception {
    List<Path> files = target.inputs();
    assertThat(files).hasSizeGreaterThan(4);
    List<byte[]> corpus = new ArrayList<>();
    Method method = Class.forName(target.target()).getMethod("fuzzerTestOneInput", byte[].class);
    for (Path file : files) {
      byte[] input = Files.readAllBytes(file);
      give(method, input, file.toString());
      corpus.add(input);
    }
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < MUTATIONS_PER_TARGET; i++) {
      int file = random.nextInt(corpus.size());
      byte[] input = mutated(corpus.get(file), random);
      give(method, input, "seed %d, mutation %d of %s".formatted(SEED, i, files.get(file)));
    }
  }

  private static void give(Method method, byte[] input, String name) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      method.invoke(null, (Object) input);
    } catch (InvocationTargetException e) {
      throw new AssertionError(name + ": " + Arrays.toString(input), e.getCause());
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).as("bytes allocated for %s", name).isLessThan(MAX_ALLOCATED);
  }

  private static byte[] mutated(byte[] input, SplittableRandom random) {
    byte[] bytes = Arrays.copyOf(input, Math.min(input.length, LONGEST));
    for (int edits = 1 + random.nextInt(3); edits > 0 && bytes.length > 0; edits--) {
      // Heads have the lengths, so half of the edits are there.
      int most = random.nextBoolean() ? bytes.length : Math.min(64, bytes.length);
      int at = random.nextInt(most);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> {
          int value = INTERESTING[random.nextInt(INTERESTING.length)];
          value = random.nextBoolean() ? value : Integer.reverseBytes(value);
          for (int i = 0; i < 4 && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> (24 - 8 * i));
          }
        }
        default -> bytes = Arrays.copyOf(bytes, at);
      }
    }
    return bytes;
  }
}
