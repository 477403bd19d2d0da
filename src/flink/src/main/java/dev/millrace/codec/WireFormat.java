package dev.millrace.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Parses the Confluent wire format: a zero byte, the id of a schema in a registry, the record. */
public final class WireFormat {
  /** Bytes before the record. */
  public static final int HEADER_LENGTH = 5;

  private static final VarHandle BIG_ENDIAN_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private WireFormat() {}

  /** Returns true if a record's value has this framing. */
  public static boolean isFramed(byte @Nullable [] value) {
    return value != null && value.length >= HEADER_LENGTH && value[0] == 0;
  }

  /** Returns the schema id of a framed value. */
  public static int schemaId(byte[] value) {
    return (int) BIG_ENDIAN_INT.get(value, 1);
  }
}
