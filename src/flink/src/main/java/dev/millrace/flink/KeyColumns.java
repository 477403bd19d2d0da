package dev.millrace.flink;

import dev.millrace.codec.ExampleDecoder;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecentlyUsed;
import dev.millrace.input.InputSpec;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.TrainState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records again that declare other columns than the model of their key began with. Not
 * thread-safe.
 */
final class KeyColumns {
  private static final int MAX_DECODERS = 128;

  private final InputSpec input;
  private final String topic;
  private final Example example = new Example();
  private final RecentlyUsed<Pair, ExampleDecoder> decoders;

  /** Columns of a key's model, and of its records; null for none. */
  private record Pair(@Nullable DeclaredColumns modelColumns, @Nullable DeclaredColumns declared) {
    int size() {
      return size(modelColumns) + size(declared);
    }

    private static int size(@Nullable DeclaredColumns columns) {
      return columns == null ? 0 : RecentlyUsed.size(columns);
    }
  }

  KeyColumns(InputSpec input, String topic) {
    ExampleDecoder decoder = new ExampleDecoder(input);
    decoders =
        new RecentlyUsed<>(
            MAX_DECODERS,
            RecentlyUsed.MAX_BYTES,
            Pair::size,
            pair -> decoder.ofKey(pair.modelColumns(), pair.declared()));
    this.input = input;
    this.topic = topic;
  }

  /**
   * Returns the rows as chunks of the columns of the key's model, in their order: the chunk itself,
   * unless its rows have other columns.
   *
   * @param stored state of the key; null if it begins, with the columns of the chunk
   * @param listener receives records that have no such columns
   */
  List<Chunk> align(@Nullable TrainState stored, Chunk chunk, EngineListener listener)
      throws IOException {
    if (stored == null || input.hasFeatures()) {
      return List.of(chunk);
    }
    DeclaredColumns modelColumns = stored.columns();
    return Objects.equals(modelColumns, chunk.columns()) || !hasFeatures(chunk)
        ? List.of(chunk)
        : decode(modelColumns, chunk, listener::rejected);
  }

  private static boolean hasFeatures(Chunk chunk) {
    for (int row = 0; row < chunk.size(); row++) {
      if (chunk.kind(row).hasFeatures()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Decodes the rows again, as chunks of the columns of the key's model.
   *
   * @param modelColumns columns of the model; null if its records declared none
   * @param rejected receives records that have no such columns
   */
  List<Chunk> decode(
      @Nullable DeclaredColumns modelColumns, Chunk chunk, Consumer<DeadLetter> rejected) {
    ExampleDecoder decoder = decoders.of(new Pair(modelColumns, chunk.columns()));
    List<Chunk> chunks = new ArrayList<>();
    Chunk open = new Chunk();
    for (int row = 0; row < chunk.size(); row++) {
      if (!chunk.kind(row).hasFeatures()) {
        open = closed(open, chunks);
        chunks.add(only(chunk, row));
        continue;
      }
      KafkaRecord record = chunk.record(row, topic);
      DeadLetter letter = decoder.decode(record, example);
      if (letter != null) {
        rejected.accept(letter);
        continue;
      }
      if (!open.accepts(example)) {
        open = closed(open, chunks);
      }
      open.add(example, chunk.timestamp(row));
    }
    closed(open, chunks);
    return chunks;
  }

  private static Chunk closed(Chunk open, List<Chunk> chunks) {
    if (open.size() > 0) {
      chunks.add(open);
    }
    return new Chunk();
  }

  private static Chunk only(Chunk chunk, int row) {
    BitSet excluded = new BitSet();
    excluded.set(0, chunk.size());
    excluded.clear(row);
    return chunk.without(excluded);
  }
}
