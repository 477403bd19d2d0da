package dev.millrace.flink;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The classes of one model, numbered in the order in which they became known. Not thread-safe. */
final class ClassNames {
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> indexes = new HashMap<>();

  ClassNames(List<String> declared) {
    declared.forEach(this::add);
  }

  int size() {
    return names.size();
  }

  List<String> list() {
    return names;
  }

  /** Index of a class, or -1 if it is not known. */
  int index(String name) {
    Integer index = indexes.get(name);
    return index == null ? -1 : index;
  }

  void add(String name) {
    indexes.put(name, names.size());
    names.add(name);
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(names.size());
    for (String name : names) {
      out.writeUTF(name);
    }
  }

  static ClassNames read(DataInput in) throws IOException {
    ClassNames classes = new ClassNames(List.of());
    for (int left = in.readInt(); left > 0; left--) {
      classes.add(in.readUTF());
    }
    return classes;
  }

  ClassNames copy() {
    return new ClassNames(names);
  }
}
