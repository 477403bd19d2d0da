package dev.millrace.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The Confluent wire format: a zero byte, the id of a schema in a registry, the record. */
public final class WireFormat {
  /** Bytes before the record. */
  public static final int HEADER_LENGTH = 5;

  private static final VarHandle BIG_ENDIAN_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private WireFormat() {}

  /** Whether a record's value has that framing. */
  public static boolean isFramed(byte[] value) {
    return value != null && value.length >= HEADER_LENGTH && value[0] == 0;
  }

  /** The schema id of a value that has it. */
  public static int schemaId(byte[] value) {
    return (int) BIG_ENDIAN_INT.get(value, 1);
  }
}
