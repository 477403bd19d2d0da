package dev.millrace.prequential;

import dev.millrace.data.SizeChecks;
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
final class ClassNames {
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

  ClassNames(List<String> declared) {
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

  int size() {
    return size;
  }

  /** Returns the length of all names together in UTF-8. */
  int bytes() {
    return bytes;
  }

  /** Returns the length of a name in UTF-8. */
  static int bytes(String name) {
    int bytes = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      // A pair of surrogates is four bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  List<String> list() {
    return Arrays.asList(names).subList(0, size);
  }

  /** Index of a class, or -1 if it is not known; fastest for an interned name. */
  int index(String name) {
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

  void write(DataOutput out) throws IOException {
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

  /** Returns a copy; names added to it are not added to this one. */
  ClassNames copy() {
    return new ClassNames(this);
  }
}
