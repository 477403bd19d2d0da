package dev.millrace.codec.models;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.SizeChecks;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The head of a model whose pages are in segments: what these are, where the pages belong, and all
 * other bytes of the model.
 *
 * @param digest of the whole model
 * @param segments digests of the segments, in the order in which they apply
 * @param areas where pages belong, from the first one to the last
 * @param rest the bytes that are no pages
 */
record SegmentedHead(String digest, List<String> segments, List<Area> areas, byte[] rest) {
  /** The max size of an array on every JVM. */
  static final long MAX_BYTES = Integer.MAX_VALUE - 8;

  private static final int VERSION = 1;
  private static final int DIGEST_BYTES = 16;
  private static final int MAX_AREAS = 1 << 16;

  /**
   * Bytes of pages.
   *
   * @param at number of bytes of the rest that come before
   * @param length their number
   */
  record Area(int at, int length) {
    static final int BYTES = 2 * Integer.BYTES;
  }

  /** Returns the bytes that {@link #decode} reads. */
  byte[] encode() {
    int room = rest.length + DIGEST_BYTES * (segments.size() + 1) + Area.BYTES * areas.size() + 12;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(room);
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeInt(VERSION);
      out.write(HexFormat.of().parseHex(digest));
      out.writeInt(segments.size());
      for (String segment : segments) {
        out.write(HexFormat.of().parseHex(segment));
      }
      out.writeInt(areas.size());
      for (Area area : areas) {
        out.writeInt(area.at());
        out.writeInt(area.length());
      }
      out.write(rest);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never of memory
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a head.
   *
   * @throws IOException if it is none, or of a newer release
   */
  static SegmentedHead decode(byte[] bytes) throws IOException {
    BoundedDataInput in = new BoundedDataInput(bytes);
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException(
          ("head of a model in segments: version %d is not %d, which this release reads; use the"
                  + " release that wrote it")
              .formatted(version, VERSION));
    }
    String digest = digest(in);
    int count = SizeChecks.read(in, "segments of a model", ModelParts.MAX_SEGMENTS, DIGEST_BYTES);
    List<String> segments = new ArrayList<>(count);
    for (int segment = 0; segment < count; segment++) {
      segments.add(digest(in));
    }
    count = SizeChecks.read(in, "places of pages in a model", MAX_AREAS, Area.BYTES);
    List<Area> areas = new ArrayList<>(count);
    for (int area = 0; area < count; area++) {
      areas.add(new Area(in.readInt(), in.readInt()));
    }
    byte[] rest = new byte[in.left()];
    in.readFully(rest);
    return new SegmentedHead(digest, List.copyOf(segments), List.copyOf(areas), rest);
  }

  private static String digest(BoundedDataInput in) throws IOException {
    byte[] digest = new byte[DIGEST_BYTES];
    in.readFully(digest);
    return HexFormat.of().formatHex(digest);
  }

  /**
   * Returns the model.
   *
   * @param values of the segments that it names
   * @throws IOException if these are not of it
   */
  byte[] assemble(List<byte[]> values) throws IOException {
    long inSegments = values.stream().mapToLong(value -> value.length).sum();
    byte[] model =
        new byte[(int) SizeChecks.require("bytes of a model", length(inSegments), 0, MAX_BYTES)];
    int[] starts = new int[areas.size()];
    int copied = 0;
    int at = 0;
    for (int a = 0; a < starts.length; a++) {
      Area area = areas.get(a);
      int count = area.at() - copied;
      System.arraycopy(rest, copied, model, at, count);
      copied = area.at();
      starts[a] = at + count;
      at = starts[a] + area.length();
    }
    System.arraycopy(rest, copied, model, at, rest.length - copied);
    for (byte[] value : values) {
      apply(value, starts, model);
    }
    if (!ModelParts.digest(model).equals(digest)) {
      throw new IOException("the segments do not have the digest that their head names");
    }
    return model;
  }

  /** Returns the bytes of the model, of which segments have to have all pages. */
  private long length(long inSegments) throws IOException {
    long length = 0;
    int before = 0;
    for (Area area : areas) {
      SizeChecks.require("place of pages in a model", area.at(), before, rest.length);
      SizeChecks.require("bytes of pages", area.length(), 0, inSegments);
      before = area.at();
      length += area.length();
    }
    return SizeChecks.require("bytes of pages", length, 0, inSegments) + rest.length;
  }

  private void apply(byte[] segment, int[] starts, byte[] model) throws IOException {
    BoundedDataInput in = new BoundedDataInput(segment);
    while (in.left() > 0) {
      int area = SizeChecks.read(in, "number of a place of pages", starts.length - 1);
      int length = areas.get(area).length();
      int offset = SizeChecks.read(in, "place in pages", length);
      int count = SizeChecks.read(in, "bytes of pages in a segment", length - offset, 1);
      in.readFully(model, starts[area] + offset, count);
    }
  }
}
