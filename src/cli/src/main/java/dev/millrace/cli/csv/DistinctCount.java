package dev.millrace.cli.csv;

import java.util.TreeSet;

/**
 * Counts distinct texts: exact up to 1,023, beyond that with an error of about 3 % (k minimum
 * values; Bar-Yossef et al., 2002).
 */
public final class DistinctCount {
  private static final int KEPT = 1024;
  private static final double HASHES = 0x1p64;

  private final TreeSet<Long> smallest = new TreeSet<>(Long::compareUnsigned);

  public void add(String text) {
    long hash = hash(text);
    if (smallest.size() < KEPT) {
      smallest.add(hash);
    } else if (Long.compareUnsigned(hash, smallest.last()) < 0 && smallest.add(hash)) {
      smallest.pollLast();
    }
  }

  public boolean isExact() {
    return smallest.size() < KEPT;
  }

  public long estimate() {
    if (isExact()) {
      return smallest.size();
    }
    double largest = (smallest.last() >>> 1) * 2.0 + 1;
    return Math.round((KEPT - 1) * (HASHES / largest));
  }

  // FNV-1a, then the finalizer of MurmurHash3, for short texts that differ in their last letter.
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
