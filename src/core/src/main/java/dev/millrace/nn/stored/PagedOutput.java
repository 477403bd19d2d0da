package dev.millrace.nn.stored;

import dev.millrace.data.PublicApi;
import java.io.ByteArrayOutputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a model in memory, and which of them are the pages of each {@link PagedPart}: bytes
 * that stay at their place while the part grows. Not thread-safe.
 */
@PublicApi
public final class PagedOutput extends DataOutputStream {

  /**
   * The pages of one part.
   *
   * @param from their first byte
   * @param to the byte behind their last one
   */
  public record Range(int from, int to) {
    /** Returns the number of bytes. */
    public int length() {
      return to - from;
    }
  }

  /** Bytes that can be taken without a copy of them staying behind. */
  private static final class Buffer extends ByteArrayOutputStream {
    Buffer(int room) {
      super(room);
    }

    byte[] release() {
      byte[] all = count == buf.length ? buf : Arrays.copyOf(buf, count);
      buf = new byte[0];
      count = 0;
      return all;
    }

    void copyTo(DataOutput out) throws IOException {
      out.write(buf, 0, count);
    }
  }

  private final Buffer bytes;
  private final List<Range> pages = new ArrayList<>();
  private int begin;

  /**
   * @param room bytes that fit before it grows
   */
  public PagedOutput(int room) {
    this(new Buffer(room));
  }

  private PagedOutput(Buffer bytes) {
    super(bytes);
    this.bytes = bytes;
  }

  /** Marks that the pages of a part follow, where the output is of this class. */
  public static void beginPages(DataOutput out) {
    if (out instanceof PagedOutput paged) {
      paged.begin = paged.bytes.size();
    }
  }

  /** Marks that the pages of a part are written, where the output is of this class. */
  public static void endPages(DataOutput out) {
    if (out instanceof PagedOutput paged) {
      paged.pages.add(new Range(paged.begin, paged.bytes.size()));
    }
  }

  /** Returns the pages of each part, in the order in which they were written. */
  public List<Range> pages() {
    return List.copyOf(pages);
  }

  /** Returns a copy of the bytes. */
  public byte[] toByteArray() {
    return bytes.toByteArray();
  }

  /** Returns the bytes, which the output does not keep: a large model is in memory once. */
  public byte[] release() {
    return bytes.release();
  }

  /** Writes the bytes to another output, with the places of the pages if it keeps them. */
  public void writeTo(DataOutput out) throws IOException {
    if (out instanceof PagedOutput outer) {
      int shift = outer.bytes.size();
      pages.forEach(range -> outer.pages.add(new Range(shift + range.from, shift + range.to)));
    }
    bytes.copyTo(out);
  }
}
