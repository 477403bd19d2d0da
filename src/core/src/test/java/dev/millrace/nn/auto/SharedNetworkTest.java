package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SharedNetworkTest {
  private static final int INPUTS = 3;

  private final Workspace workspace = new Workspace();
  private final SplittableRandom random = new SplittableRandom(2);

  @Test
  void aNeuronThatIsAddedLeavesTheUnitsAsTheyAre() {
    SharedNetwork network = learned(200, 2);
    float[] before = units(network);

    network.addNeuron(false);

    assertThat(units(network)).isEqualTo(before);
    assertThat(network.neurons()).isEqualTo(3);
  }

  @Test
  void storedAndReadItContinuesTheSame() throws IOException {
    SharedNetwork network = learned(200, 3);
    SharedNetwork read = read(network, Indicators.of(2));
    SharedNetwork copy = network.copy();
    for (SharedNetwork each : new SharedNetwork[] {network, read, copy}) {
      each.addNeuron(true);
      learn(each, 100, new SplittableRandom(9), 4);
    }

    assertThat(bytes(read)).isEqualTo(bytes(network));
    assertThat(bytes(copy)).isEqualTo(bytes(network));
  }

  @Test
  void unitsAreFiniteWhateverARecordMayHave() {
    SharedNetwork network = learned(50, 1);
    float[] wild = {Float.NaN, Float.MAX_VALUE, -Float.MAX_VALUE};
    network.learn(wild, 0, new int[] {0}, new double[] {1}, 1, 1, workspace);

    assertThat(State.isFinite(network::visit)).isTrue();
    float[] out = new float[SharedNetwork.UNITS];
    network.predict(wild, 0, out, 0, workspace);
    for (float unit : out) {
      assertThat(unit).isBetween(-1f, 1f);
    }
  }

  @Test
  void otherIndicatorsAreNamed() throws IOException {
    SharedNetwork network = learned(10, 1);

    assertThatThrownBy(() -> read(network, Indicators.NONE))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("does not scale inputs 2");
  }

  private SharedNetwork learned(int rows, int neurons) {
    SharedNetwork network = new SharedNetwork(INPUTS, Indicators.of(2), 1, 5);
    for (int n = 0; n < neurons; n++) {
      network.addNeuron(n == 0);
    }
    learn(network, rows, random, neurons);
    return network;
  }

  private void learn(SharedNetwork network, int rows, SplittableRandom from, int neurons) {
    for (int i = 0; i < rows; i++) {
      float[] row = row(from);
      // Labels of some outputs are missing.
      int neuron = i % neurons;
      double label = neuron == 0 ? row[0] * row[1] : row[0] > 0 ? 1 : 0;
      network.learn(row, 0, new int[] {neuron}, new double[] {label}, 1, 1, workspace);
    }
  }

  private float[] units(SharedNetwork network) {
    float[] out = new float[SharedNetwork.UNITS];
    network.predict(new float[] {0.3f, -0.2f, 1f}, 0, out, 0, workspace);
    return out;
  }

  private static float[] row(SplittableRandom from) {
    float[] row = new float[INPUTS];
    for (int f = 0; f < INPUTS; f++) {
      row[f] = (float) from.nextDouble(-1, 1);
    }
    return row;
  }

  private static SharedNetwork read(SharedNetwork network, Indicators indicators)
      throws IOException {
    return SharedNetwork.read(new BoundedDataInput(bytes(network)), indicators, 1, 5);
  }

  private static byte[] bytes(SharedNetwork network) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    network.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
