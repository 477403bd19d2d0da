package dev.millrace.prequential.key;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.RollingMetrics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The classes of one model, numbered in the order in which they became known. Not thread-safe.
 *
 * <p>Names are interned: the models of all keys share them, and one that is looked for is mostly
 * found by comparing references, without a look at the names themselves.
 */
public final class ClassNames {
  // Up to so many a scan beats a hash table.
  private static final int FEW = 16;

  // Twice what a pipeline can allow.
  private static final int MAX = 2_000;

  private String[] names;
  private int size;
  // Of all names in UTF-8.
  private int bytes;
  // Whether a copy has the same array.
  private boolean shared;
  // Null while there are few.
  private @Nullable Map<String, Integer> indexes;

  public ClassNames(List<String> declared) {
    names = new String[Math.max(2, declared.size())];
    declared.forEach(this::add);
  }

  private ClassNames(ClassNames other) {
    names = other.names;
    size = other.size;
    bytes = other.bytes;
    shared = true;
    other.shared = true;
  }

  public int size() {
    return size;
  }

  /** Returns the length of all names together in UTF-8. */
  public int bytes() {
    return bytes;
  }

  /** Returns the length of a name in UTF-8. */
  public static int bytes(String name) {
    int bytes = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      // A pair of surrogates is four bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  public List<String> list() {
    return Arrays.asList(names).subList(0, size);
  }

  /** Index of a class, or -1 if it is not known; fastest for an interned name. */
  public int index(String name) {
    if (size > FEW) {
      return indexes().getOrDefault(name, -1);
    }
    for (int i = 0; i < size; i++) {
      if (names[i] == name) {
        return i;
      }
    }
    for (int i = 0; i < size; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  void add(String name) {
    if (shared || size == names.length) {
      names = Arrays.copyOf(names, size < names.length ? names.length : 2 * size);
      shared = false;
    }
    names[size] = name.intern();
    if (indexes != null) {
      indexes.put(names[size], size);
    }
    size++;
    bytes += bytes(name);
  }

  private Map<String, Integer> indexes() {
    if (indexes == null) {
      indexes = new HashMap<>();
      for (int i = 0; i < size; i++) {
        indexes.put(names[i], i);
      }
    }
    return indexes;
  }

  public void write(DataOutput out) throws IOException {
    out.writeInt(size);
    for (int i = 0; i < size; i++) {
      out.writeUTF(names[i]);
    }
  }

  static ClassNames read(DataInput in) throws IOException {
    ClassNames classes = new ClassNames(List.of());
    int size = SizeChecks.read(in, "class names", MAX, Short.BYTES);
    for (int left = size; left > 0; left--) {
      classes.add(in.readUTF());
    }
    return classes;
  }

  /**
   * Checks that a model that was read has a name for each of its classes.
   *
   * @throws IOException if it has not
   */
  void requireModel(Task task, int classes) throws IOException {
    if (task.isClassification()) {
      SizeChecks.require("classes of the stored model", classes, size);
    }
  }

  /** Checks that stored metrics are of a model of the task with these classes. */
  void requireMetrics(Task task, RollingMetrics metrics) throws IOException {
    boolean areOfClasses = metrics instanceof ClassificationMetrics;
    if (areOfClasses != task.isClassification()) {
      throw new IOException("metrics: not of the stored model's task; the bytes are damaged");
    }
    if (metrics instanceof ClassificationMetrics classification) {
      SizeChecks.require("classes in the metrics", classification.classes(), 0, size);
    }
  }

  /** Returns a copy; names added to it are not added to this one. */
  ClassNames copy() {
    return new ClassNames(this);
  }
}
