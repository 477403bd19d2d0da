package dev.millrace.testing;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Examples of small learnable streams, and chunks of them. */
public final class Chunks {
  private Chunks() {}

  /** Examples with three features and a class of three that the features decide, mostly. */
  public static List<Example> classes(String key, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Example> examples = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Example example = example(key, i, random);
      double sum = example.features[0] + 2 * example.features[1] + random.nextDouble() * 0.2;
      example.label = sum < -0.5 ? "low" : sum < 0.7 ? "mid" : "high";
      examples.add(example);
    }
    return examples;
  }

  /** Examples with three features and a target that is linear in them, with noise. */
  public static List<Example> numbers(String key, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Example> examples = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Example example = example(key, i, random);
      example.target =
          50 + 10 * example.features[0] - 4 * example.features[2] + random.nextDouble();
      examples.add(example);
    }
    return examples;
  }

  /** A chunk of examples that go together. */
  public static Chunk of(List<Example> examples) {
    Chunk chunk = new Chunk();
    examples.forEach(chunk::add);
    return chunk;
  }

  private static Example example(String key, int i, SplittableRandom random) {
    Example example = new Example();
    example.key = key;
    example.resize(3);
    for (int f = 0; f < 3; f++) {
      example.features[f] = (float) (random.nextDouble() * 2 - 1);
    }
    example.weight = 1f;
    example.eventTime = 10_000L + i;
    example.record = Records.record(key, new byte[] {(byte) i, 7}, i);
    return example;
  }
}
