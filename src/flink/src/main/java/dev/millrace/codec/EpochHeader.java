package dev.millrace.codec;

import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;

/**
 * The record header that says which pass over a bounded data set a record is of: {@code
 * millrace.epoch}, a whole number from 1 in decimal digits.
 */
public final class EpochHeader {

  /** Name of the header. */
  public static final String NAME = "millrace.epoch";

  private static final int MAX_DIGITS = 9;

  private EpochHeader() {}

  /** The header's value. */
  public static byte[] encode(int epoch) {
    return Integer.toString(epoch).getBytes(StandardCharsets.US_ASCII);
  }

  /** The epoch of a record; 0 where it does not say one that is a number. */
  public static int read(KafkaRecord record) {
    String[] names = record.headerNames();
    for (int h = 0; h < names.length; h++) {
      if (NAME.equals(names[h])) {
        return decode(record.headerValues()[h]);
      }
    }
    return 0;
  }

  private static int decode(byte[] digits) {
    if (digits == null || digits.length > MAX_DIGITS) {
      return 0;
    }
    int epoch = 0;
    for (byte digit : digits) {
      if (digit < '0' || digit > '9') {
        return 0;
      }
      epoch = epoch * 10 + digit - '0';
    }
    return epoch;
  }
}
