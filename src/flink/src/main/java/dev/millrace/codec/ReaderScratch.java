package dev.millrace.codec;

import dev.millrace.codec.text.TextCache;
import dev.millrace.codec.text.WordSplitter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Buffers and texts that the readers of one thread share: there is a reader for each set of columns
 * that records declare, and any record can make its buffers large. Not thread-safe.
 */
final class ReaderScratch {
  final TextCache texts = new TextCache();
  final WordSplitter words = new WordSplitter();
  final BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(new byte[0], null);
  final Utf8 text = new Utf8();
  final Utf8 attribute = new Utf8();
  float[] numbers = new float[64];
  boolean[] isMissing = new boolean[64];
}
