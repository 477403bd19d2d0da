package dev.millrace.bench.measure;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.simd.KernelProvider;
import java.util.Collection;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The result of a benchmark: figures with names, and text for people. */
public final class Measurement {
  private final ObjectNode json = new ObjectMapper().createObjectNode();
  private final StringBuilder text = new StringBuilder();

  /** Adds a setting. */
  public Measurement put(String name, @Nullable Object value) {
    json.putPOJO(name, value);
    return this;
  }

  /** Adds a whole figure, or a setting. */
  public Measurement put(String name, long value) {
    json.put(name, value);
    return this;
  }

  /** Adds a figure, rounded to a whole one. */
  public Measurement putRounded(String name, double value) {
    json.put(name, Math.round(value));
    return this;
  }

  /** Adds a figure with up to a number of decimals. */
  public Measurement put(String name, double value, int decimals) {
    double scale = Math.pow(10, decimals);
    json.put(name, Math.round(scale * value) / scale);
    return this;
  }

  /** Adds figures of a group. */
  public ObjectNode putObject(String name) {
    return json.putObject(name);
  }

  /** Appends to the text. */
  @SuppressWarnings("AnnotateFormatMethod") // its annotation is in no dependency
  public Measurement print(String format, @Nullable Object... values) {
    text.append(format.formatted(values));
    return this;
  }

  /** Returns the text. */
  public String toText() {
    return text.toString();
  }

  /** Returns one line with the figures, the machine and the JVM. */
  public String toJson() {
    json.put("simd_bits", KernelProvider.kernels().bits());
    json.put("processors", Runtime.getRuntime().availableProcessors());
    json.put("jdk", Runtime.version().toString());
    return json.toString();
  }

  /** Returns the median of a figure. */
  public static <T> double median(Collection<T> rounds, ToDoubleFunction<T> figure) {
    double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
