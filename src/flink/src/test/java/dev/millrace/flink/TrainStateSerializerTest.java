package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.prequential.Learning;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    Learning.resume(resumed, spec);

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

  @Test
  void aFalseLengthIsRejectedBeforeItIsAllocated() throws IOException {
    byte[] bytes = serialize(state());

    assertThatThrownBy(() -> deserialize(withLength(bytes, -1)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("bytes of a model's state: -1, where 0 to ");
    assertThatThrownBy(() -> deserialize(withLength(bytes, Integer.MAX_VALUE - 8)))
        .isInstanceOf(EOFException.class);
  }

  private static byte[] withLength(byte[] bytes, int length) {
    byte[] damaged = bytes.clone();
    ByteBuffer.wrap(damaged).putInt(length);
    return damaged;
  }

  @Test
  void truncatedStateIsReportedAsDamaged() throws IOException {
    byte[] bytes = serialize(state());
    // The last byte says that nothing waits for labels, which this pipeline has not.
    int needed = bytes.length - Integer.BYTES - 1;

    for (int length = 0; length < needed; length++) {
      byte[] cut = Arrays.copyOfRange(bytes, Integer.BYTES, Integer.BYTES + length);
      assertThatThrownBy(() -> Learning.resume(TrainState.serialized(cut), spec))
          .as("%d bytes", length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("damaged")
          .hasNoCause();
    }
  }

  @Test
  void aClassWeightIsAWeightOfEachOfItsExamples() throws IOException {
    List<Example> examples = Chunks.classes("k", 33, 1);
    TrainSpec weighted = Specs.train(weighted(Map.of("low", 3f, "never", 9f)));
    TrainState byClass = Learning.begin(weighted, chunk);
    Learning.learn(byClass, weighted, chunk, 0, 10);
    // Weights by class are settings: state that was stored has them from its pipeline again.
    TrainState resumed = deserialize(serialize(byClass));
    Learning.learn(resumed, weighted, chunk, 10, chunk.size());
    examples.forEach(example -> example.weight = example.label.equals("low") ? 3f : 1f);
    TrainSpec unnamed = Specs.train(weighted(Map.of()));
    TrainState byExample = Learning.begin(unnamed, chunk);
    Learning.learn(byExample, unnamed, Chunks.of(examples), 0, chunk.size());

    // The metrics are weighted by the examples' own weights alone.
    assertThat(resumed.modelBytes()).isEqualTo(byExample.modelBytes());
    assertThat(resumed.modelBytes()).isNotEqualTo(unweighted().modelBytes());
  }

  private TrainState unweighted() throws IOException {
    TrainState state = Learning.begin(spec, chunk);
    Learning.learn(state, spec, chunk, 0, chunk.size());
    return state;
  }

  private static NetworkSpec weighted(Map<String, Float> classWeights) {
    return Specs.small(5).with(to -> to.classWeights = ClassWeights.of(classWeights));
  }

  private TrainState state() throws IOException {
    TrainState state = Learning.begin(spec, chunk);
    learn(state, 0, 17);
    return state;
  }

  private void learn(TrainState state, int from, int to) throws IOException {
    Learning.learn(state, spec, chunk, from, to);
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
