package dev.millrace.codec;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecentlyUsed;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the record header with the columns of a record of the standard example schema: {@code
 * millrace.columns}, as {@link DeclaredColumns#bytes} returns them. Not thread-safe.
 */
public final class ColumnsHeader {
  /** Name of the header. */
  public static final String NAME = "millrace.columns";

  private final InputSpec.Limits limits;
  private final RecentlyUsed<ByteBuffer, Result> results;
  // Records of a topic mostly have the same.
  private byte @Nullable [] last;
  private @Nullable DeclaredColumns columns;

  /** Columns, or what is wrong with them. */
  private record Result(@Nullable DeclaredColumns columns, @Nullable RejectedException problem) {}

  /**
   * @param cacheBytes max bytes of the headers that are kept with what they mean
   */
  ColumnsHeader(InputSpec.Limits limits, int cacheBytes) {
    this.limits = limits;
    results = new RecentlyUsed<>(RecentlyUsed.MANY, cacheBytes, ByteBuffer::remaining, this::parse);
  }

  /**
   * Returns the columns that a record declares, null if it declares none.
   *
   * @throws RejectedException if they are damaged, or a model of them is beyond the limits
   */
  @Nullable DeclaredColumns read(KafkaRecord record) throws RejectedException {
    String[] names = record.headerNames();
    for (int h = 0; h < names.length; h++) {
      byte[] value = NAME.equals(names[h]) ? record.headerValues()[h] : null;
      if (value != null) {
        return read(value);
      }
    }
    return null;
  }

  private DeclaredColumns read(byte[] value) throws RejectedException {
    if (!Arrays.equals(value, last)) {
      Result result = results.of(ByteBuffer.wrap(value));
      if (result.problem() != null) {
        throw result.problem();
      }
      columns = result.columns();
      last = value;
    }
    return Objects.requireNonNull(columns);
  }

  private Result parse(ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    try {
      DeclaredColumns read = DeclaredColumns.read(bytes);
      limits.require(read);
      return new Result(read, null);
    } catch (IOException e) {
      return new Result(
          null,
          new RejectedException(
              DeadLetterReason.MALFORMED_RECORD, "the header " + NAME + ": " + e.getMessage(), e));
    }
  }
}
