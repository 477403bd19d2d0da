package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class TrainStateSerializerTest {
  private final TrainStateSerializer serializer = new TrainStateSerializer();
  private final TrainSpec spec = Specs.train(Specs.small(5));
  private final Chunk chunk = Chunks.of(Chunks.classes("k", 33, 1));

  @Test
  void writesTheSameBytesWhetherStateWasReadInBetweenOrNot() throws IOException {
    byte[] bytes = serialize(state());

    TrainState untouched = deserialize(bytes);
    TrainState resumed = deserialize(bytes);
    resumed.resume(spec);

    assertThat(serialize(untouched)).isEqualTo(bytes);
    assertThat(serialize(resumed)).isEqualTo(bytes);
  }

  @Test
  void aCopySharesNothingWithTheStateThatGoesOn() throws IOException {
    TrainState state = state();
    byte[] before = serialize(state);
    TrainState copy = serializer.copy(state);

    learn(state, 0, chunk.size());

    assertThat(serialize(copy)).isEqualTo(before);
    assertThat(serialize(state)).isNotEqualTo(before);
  }

  @Test
  void aCopyLearnsAsTheOriginalDoes() throws IOException {
    TrainState state = state();
    TrainState copy = serializer.copy(state);

    learn(state, 0, chunk.size());
    learn(copy, 0, chunk.size());

    assertThat(serialize(copy)).isEqualTo(serialize(state));
  }

  @Test
  void copiesBytesWithoutReadingThem() throws IOException {
    byte[] bytes = serialize(state());
    DataOutputSerializer out = new DataOutputSerializer(16);

    serializer.copy(new DataInputDeserializer(bytes), out);

    assertThat(out.getCopyOfBuffer()).isEqualTo(bytes);
  }

  private TrainState state() {
    TrainState state = TrainState.begin(spec, chunk);
    learn(state, 0, 17);
    return state;
  }

  private void learn(TrainState state, int from, int to) {
    for (int row = from; row < to; row++) {
      String label = chunk.label((int) chunk.targets()[row]);
      int index = state.classes().index(label);
      if (index < 0) {
        state.meetClass(chunk, row, label);
      } else {
        state.learnClass(chunk, row, index);
      }
    }
  }

  private byte[] serialize(TrainState state) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(state, out);
    return out.getCopyOfBuffer();
  }

  private TrainState deserialize(byte[] bytes) throws IOException {
    return serializer.deserialize(new DataInputDeserializer(bytes));
  }
}
