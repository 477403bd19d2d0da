package dev.millrace.nn.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.nn.stored.ModelHeader;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.report.ModelEvent.ChampionChanged;
import dev.millrace.report.ModelEvent.Reason;
import dev.millrace.testing.Specs;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A stored selection, read with settings that name other models. */
class ChampionChallengerReaderTest {

  private static final int INPUTS = 4;
  private static final NamedModel SLOW = new NamedModel("slow", Specs.small(7));
  private static final NamedModel QUICK = new NamedModel("quick", Specs.small(1));
  private static final NamedModel NEW = new NamedModel("new", ModelSpec.single(3));

  private static SelectionSpec spec(
      String champion, boolean named, OnChange change, NamedModel... all) {
    return new SelectionSpec(List.of(all), champion, named, Promotion.DEFAULT, change);
  }

  private static final SelectionSpec STORED = spec("slow", false, OnChange.REJECT, SLOW, QUICK);

  private static OnlineModel taught(ModelSpec spec) {
    OnlineModel model = Models.create(spec, Task.BINARY, INPUTS, 2, 7);
    float[] out = new float[2];
    for (int e = 0; e < 10; e++) {
      model.learnClass(new float[] {e % 2, e % 3, e % 5, 1}, 0, e % 2, 1f, out);
    }
    return model;
  }

  private static ChampionChallenger read(byte[] bytes, ModelSpec spec) throws IOException {
    return read(bytes, spec, Task.BINARY);
  }

  private static ChampionChallenger read(byte[] bytes, ModelSpec spec, Task task)
      throws IOException {
    return (ChampionChallenger)
        Models.read(new BoundedDataInput(bytes), spec, task, new Workspace());
  }

  private static byte[] bytes(OnlineModel model) {
    return ChampionChallengerContractTest.bytes(model);
  }

  private static byte[] stored() {
    return bytes(taught(STORED));
  }

  @Test
  void aNewModelStartsFromNewWeightsAndARemovedOneIsDropped() throws IOException {
    ChampionChallenger whole = (ChampionChallenger) taught(STORED);

    ChampionChallenger selection = read(stored(), spec("slow", false, OnChange.REJECT, NEW, SLOW));

    assertThat(selection.pollNotes())
        .containsExactly(
            "model \"new\" is new and starts from new weights",
            "model \"quick\" is not in models any more and is dropped");
    assertThat(selection.pollNotes()).isEmpty();
    assertThat(selection.champion()).isEqualTo("slow");
    assertThat(selection.names()).isEqualTo("new, slow");
    assertThat(selection.examples()).isEqualTo(10);
    assertThat(selection.keySeed()).isEqualTo(7);
    assertThat(selection.model("new").examples()).isZero();
    assertThat(selection.model("new").classes()).isEqualTo(2);
    assertThat(selection.model("new").inputs()).isEqualTo(INPUTS);
    assertThat(bytes(selection.model("new")))
        .isEqualTo(bytes(Models.create(NEW.model(), Task.BINARY, INPUTS, 2, 7)));
    assertThat(selection.model("quick")).isNull();
    assertThat(bytes(selection.model("slow"))).isEqualTo(bytes(whole.model("slow")));
    assertThat(selection.pollChange()).isNull();
  }

  @Test
  void aChampionThatIsNamedNoMoreNeedsOneInItsPlace() throws IOException {
    assertThatThrownBy(() -> read(stored(), spec("quick", false, OnChange.REJECT, QUICK, NEW)))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessage(
            "its champion is the model \"slow\", which is not in models (quick, new) any more;"
                + " put it back, set champion: NAME, or reset the key");

    ChampionChallenger whole = (ChampionChallenger) taught(STORED);
    ChampionChallenger selection = read(stored(), spec("new", true, OnChange.REJECT, QUICK, NEW));

    assertThat(selection.champion()).isEqualTo("new");
    ChampionChanged change = selection.pollChange();
    assertThat(change.reason()).isEqualTo(Reason.REMOVED);
    assertThat(change.from() + " " + change.to()).isEqualTo("slow new");
    assertThat(change.fromLoss()).isEqualTo(whole.candidates().get(0).loss());
    assertThat(selection.candidates().get(1).since()).isEqualTo(10);
  }

  @Test
  void modelsOfAnotherTaskAreRejected() {
    assertThatThrownBy(() -> read(stored(), STORED, Task.REGRESSION))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessage(
            "the stored models are of another task: stored (binary, champion slow of slow, quick),"
                + " configured (regression); restore the stored settings, or reset the key");
  }

  @Test
  void bytesOfANewerVersionAreRejected() throws IOException {
    byte[] stored = stored();
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    new ModelHeader("binary, champion slow of slow, quick", INPUTS, 2, Indicators.NONE)
        .write(new DataOutputStream(header));
    ByteBuffer.wrap(stored).putInt(header.size(), 2);

    assertThatThrownBy(() -> read(stored, STORED))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the stored models have format version 2, this program reads 1: use the program that"
                + " wrote them, or a newer one");
  }

  @Test
  void aModelOfAnotherKindIsRejectedOrStartsFromNewWeightsAsConfigured() throws IOException {
    NamedModel other = new NamedModel("quick", ModelSpec.single(3));

    for (OnChange change : List.of(OnChange.REJECT, OnChange.GROW)) {
      assertThatThrownBy(() -> read(stored(), spec("slow", false, change, SLOW, other)))
          .isInstanceOf(ModelMismatchException.class)
          .hasMessageStartingWith("model \"quick\": the stored model is of another kind");
    }
    ChampionChallenger selection = read(stored(), spec("slow", false, OnChange.RESET, SLOW, other));
    assertThat(selection.pollNotes())
        .singleElement()
        .asString()
        .startsWith("model \"quick\": the stored model is of another kind")
        .endsWith("; it starts again from new weights");
    assertThat(selection.model("quick").examples()).isZero();
    assertThat(selection.model("slow").examples()).isEqualTo(10);
  }

  @Test
  void aSmallerModelThatMayGrowIsReadUnchanged() throws IOException {
    NamedModel wider =
        new NamedModel(
            "quick",
            Specs.small(1).with(to -> to.hidden = List.of(new LayerSpec(12, Activation.RELU))));

    ChampionChallenger selection = read(stored(), spec("slow", false, OnChange.GROW, SLOW, wider));

    assertThat(bytes(selection.model("quick")))
        .isEqualTo(bytes(((ChampionChallenger) taught(STORED)).model("quick")));
    assertThat(selection.pollNotes()).isEmpty();
  }

  @Test
  void aSingleStoredModelBecomesTheChampion() throws IOException {
    OnlineModel alone = taught(SLOW.model());

    ChampionChallenger selection =
        read(bytes(alone), spec("slow", false, OnChange.REJECT, NEW, SLOW, QUICK));

    assertThat(selection.champion()).isEqualTo("slow");
    assertThat(selection.examples()).isEqualTo(10);
    assertThat(selection.keySeed()).isEqualTo(7);
    assertThat(bytes(selection.model("slow"))).isEqualTo(bytes(alone));
    assertThat(selection.pollNotes())
        .containsExactly(
            "model \"new\" is new and starts from new weights",
            "model \"quick\" is new and starts from new weights");
    assertThat(selection.model("quick").examples()).isZero();
    assertThat(selection.candidates()).extracting("since").containsExactly(-1L, 0L, -1L);
  }
}
