package dev.millrace.prequential.key;

import dev.millrace.data.PublicApi;
import java.util.List;

/**
 * What is published of the pages of a key's model, to publish only what has changed since.
 *
 * @param lengths bytes of the pages of each part
 * @param blocks hash of each block of the pages of each part
 * @param digests of the records with the pages, in the order in which they apply
 * @param additions publications since the last one that had all pages
 * @param wholeBytes bytes of the records of that one
 * @param addedBytes bytes of the records since
 */
@PublicApi
public record PublishedPages(
    int[] lengths,
    long[][] blocks,
    List<String> digests,
    int additions,
    long wholeBytes,
    long addedBytes) {

  private static final int DIGEST_BYTES = 80;

  /** Returns the bytes in memory. */
  public long memoryBytes() {
    long bytes = (long) DIGEST_BYTES * digests.size();
    for (long[] hashes : blocks) {
      bytes += (long) Long.BYTES * hashes.length;
    }
    return bytes;
  }
}
