package dev.millrace.codec;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes the record header with the epoch, the pass over a bounded data set: {@code
 * millrace.epoch}, a whole number from 1 in decimal digits.
 */
public final class EpochHeader {

  /** Name of the header. */
  public static final String NAME = "millrace.epoch";

  private static final int MAX_DIGITS = 9;

  private EpochHeader() {}

  /** Returns the header's value. */
  public static byte[] encode(int epoch) {
    return Integer.toString(epoch).getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the epoch of a record, 0 if it has none. */
  static int read(KafkaRecord record) throws RejectedException {
    String[] names = record.headerNames();
    for (int h = 0; h < names.length; h++) {
      if (NAME.equals(names[h])) {
        return decode(record.headerValues()[h]);
      }
    }
    return 0;
  }

  private static int decode(byte @Nullable [] digits) throws RejectedException {
    if (digits == null || digits.length > MAX_DIGITS) {
      throw invalid();
    }
    int epoch = 0;
    for (byte digit : digits) {
      if (digit < '0' || digit > '9') {
        throw invalid();
      }
      epoch = epoch * 10 + digit - '0';
    }
    if (epoch == 0) {
      throw invalid();
    }
    return epoch;
  }

  private static RejectedException invalid() {
    return new RejectedException(
        DeadLetterReason.INVALID_EPOCH,
        "the header " + NAME + " must be a whole number from 1 to 999999999 in decimal digits");
  }
}
