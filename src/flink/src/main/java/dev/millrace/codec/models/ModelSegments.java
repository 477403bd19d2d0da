package dev.millrace.codec.models;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.SipHash;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.nn.stored.PagedOutput.Range;
import dev.millrace.prequential.key.PublishedPages;
import dev.millrace.prequential.spec.TrainSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Publishes of a model of many ids only what has changed: its pages are in segments, records of
 * their own, to which each publication adds one with the blocks that are new or different.
 *
 * <p>A segment is a series of area (int), offset in its pages (int), number of bytes (int), and
 * these bytes; what a later segment has replaces what an earlier one has. Every 16th publication
 * starts again with all pages, and so does one after additions of half of their bytes: readers need
 * not keep more, and one that has lost a segment gets the model then.
 *
 * @param first number of the first added segment; 1 if all pages are in them
 * @param added values of the segments to write
 * @param head value of the head, which is the model itself if it has no segments
 * @param pages what is published now; null if there are no segments
 */
public record ModelSegments(
    int first, List<byte[]> added, byte[] head, @Nullable PublishedPages pages) {

  /** Min bytes of the pages of a model that is published in segments. */
  public static final int MIN_PAGE_BYTES = 256 << 10;

  /** Max publications between two that have all pages. */
  public static final int MAX_ADDITIONS = 15;

  // An id has some 90 bytes, so one that has changed alone costs one or two blocks.
  private static final int BLOCK_BYTES = 256;
  private static final int RUN_HEADER_BYTES = 3 * Integer.BYTES;

  /**
   * Returns what to write.
   *
   * @param model of which nothing is left afterwards
   * @param before what was published last; null if that is not known
   */
  public static ModelSegments of(
      TrainSpec spec, PagedOutput model, @Nullable PublishedPages before) {
    byte[] bytes = model.release();
    List<Range> areas = model.pages();
    if (areas.stream().mapToLong(Range::length).sum() < MIN_PAGE_BYTES) {
      return new ModelSegments(1, List.of(), bytes, null);
    }
    int[] lengths = areas.stream().mapToInt(Range::length).toArray();
    PublishedPages base = before != null && isBase(before, lengths) ? before : null;
    long[][] blocks = new long[lengths.length][];
    Packer packer = new Packer(bytes, ModelParts.partBytes(spec));
    for (int area = 0; area < lengths.length; area++) {
      Range range = areas.get(area);
      blocks[area] = hashes(bytes, range);
      packer.addChanged(
          area, range, blocks[area], base == null ? new long[0] : base.blocks()[area]);
    }
    List<byte[]> added = packer.values();
    List<String> digests = new ArrayList<>(base == null ? List.of() : base.digests());
    int first = digests.size() + 1;
    added.forEach(value -> digests.add(ModelParts.digest(value)));
    long addedBytes = added.stream().mapToLong(value -> value.length).sum();
    PublishedPages now =
        base == null
            ? new PublishedPages(lengths, blocks, List.copyOf(digests), 0, addedBytes, 0)
            : new PublishedPages(
                lengths,
                blocks,
                List.copyOf(digests),
                base.additions() + 1,
                base.wholeBytes(),
                base.addedBytes() + addedBytes);
    return new ModelSegments(first, added, head(bytes, areas, now.digests()), now);
  }

  /** Returns the number of segments of the model. */
  public int count() {
    return first - 1 + added.size();
  }

  /** Returns the records to write, in this order: segments, parts and the head. */
  public List<OutputRecord> records(TrainSpec spec, String key, long timestamp) {
    return ModelParts.split(spec, key, timestamp, head, first, added);
  }

  /** Returns true if segments can be added to those that were published. */
  private static boolean isBase(PublishedPages before, int[] lengths) {
    return before.additions() < MAX_ADDITIONS
        && before.addedBytes() <= before.wholeBytes() / 2
        && before.lengths().length == lengths.length
        && IntStream.range(0, lengths.length).allMatch(a -> before.lengths()[a] <= lengths[a]);
  }

  private static byte[] head(byte[] model, List<Range> areas, List<String> digests) {
    int pages = areas.stream().mapToInt(Range::length).sum();
    ByteBuffer rest = ByteBuffer.allocate(model.length - pages);
    List<SegmentedHead.Area> places = new ArrayList<>();
    int copied = 0;
    for (Range area : areas) {
      rest.put(model, copied, area.from() - copied);
      places.add(new SegmentedHead.Area(rest.position(), area.length()));
      copied = area.to();
    }
    rest.put(model, copied, model.length - copied);
    String digest = ModelParts.digest(model);
    return new SegmentedHead(digest, digests, places, rest.array()).encode();
  }

  private static long[] hashes(byte[] model, Range area) {
    SipHash hash = new SipHash();
    long[] hashes = new long[(area.length() + BLOCK_BYTES - 1) / BLOCK_BYTES];
    for (int block = 0; block < hashes.length; block++) {
      int from = block * BLOCK_BYTES;
      int length = Math.min(BLOCK_BYTES, area.length() - from);
      hashes[block] = hash.hash(model, area.from() + from, length);
    }
    return hashes;
  }

  /** Packs runs of changed blocks into segments. */
  private static final class Packer {
    private final byte[] model;
    private final List<byte[]> values = new ArrayList<>();
    private final ByteBuffer value;

    Packer(byte[] model, int maxBytes) {
      this.model = model;
      value = ByteBuffer.allocate(Math.max(BLOCK_BYTES, maxBytes));
    }

    void addChanged(int area, Range range, long[] now, long[] before) {
      int from = 0;
      while (from < now.length) {
        int to = from;
        while (to < now.length && (to >= before.length || now[to] != before[to])) {
          to++;
        }
        int end = Math.min(range.length(), to * BLOCK_BYTES);
        add(area, range, from * BLOCK_BYTES, end);
        from = to + 1;
      }
    }

    private void add(int area, Range range, int from, int to) {
      int at = from;
      while (at < to) {
        if (value.remaining() <= RUN_HEADER_BYTES) {
          flush();
        }
        int count = Math.min(to - at, value.remaining() - RUN_HEADER_BYTES);
        value.putInt(area).putInt(at).putInt(count).put(model, range.from() + at, count);
        at += count;
      }
    }

    private void flush() {
      values.add(Arrays.copyOf(value.array(), value.position()));
      value.clear();
    }

    List<byte[]> values() {
      if (value.position() > 0) {
        flush();
      }
      return List.copyOf(values);
    }
  }
}
