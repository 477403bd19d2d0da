package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Chunk;
import java.nio.charset.StandardCharsets;

/**
 * The headers by which tracing tools follow a record: {@code traceparent} and {@code tracestate} of
 * the W3C's Trace Context. They are handed on as they came, whatever is in them, unless they are
 * longer than tracing tools make them.
 */
final class TraceHeaders {
  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";
  private static final byte[] PARENT_BYTES = PARENT.getBytes(StandardCharsets.UTF_8);
  private static final byte[] STATE_BYTES = STATE.getBytes(StandardCharsets.UTF_8);

  /** Max bytes of either header; the W3C asks tools to propagate 512. */
  private static final int MAX_BYTES = 8_192;

  /** The values where there are none. */
  static final byte[][] NONE = {};

  private static final String[] NO_NAMES = {};

  private TraceHeaders() {}

  /** The record with the headers that the one behind a row has, if it has any. */
  static OutputRecord copy(Chunk chunk, int row, OutputRecord to) {
    byte[][] values = values(chunk, row);
    return values.length == 0
        ? to
        : new OutputRecord(to.timestamp(), to.key(), to.value(), names(values), values);
  }

  /** The values of those that the record behind a row has. */
  static byte[][] values(Chunk chunk, int row) {
    byte[] parent = chunk.header(row, PARENT_BYTES);
    if (parent == null || parent.length > MAX_BYTES) {
      return NONE;
    }
    byte[] state = chunk.header(row, STATE_BYTES); // it has no meaning without the other
    return state == null || state.length > MAX_BYTES
        ? new byte[][] {parent}
        : new byte[][] {parent, state};
  }

  /** The names that go with values. */
  static String[] names(byte[][] values) {
    return switch (values.length) {
      case 0 -> NO_NAMES;
      case 1 -> new String[] {PARENT};
      default -> new String[] {PARENT, STATE};
    };
  }
}
