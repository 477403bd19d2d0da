package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.Records;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a program asks a model with becomes the features that a record would have become. */
class FeatureReaderTest {
  private final Example example = new Example();
  private final FeatureReader undeclared = new FeatureReader(Records.undeclared());

  @Test
  void declaredFeaturesAreReadByTheirNames() throws Exception {
    FeatureReader reader =
        new FeatureReader(
            Records.spec(
                Task.BINARY,
                List.of("no", "yes"),
                List.of(
                    new FeatureSpec("age", FeatureSpec.Type.NUMERIC, true, List.of(), 0),
                    new FeatureSpec(
                        "plan", FeatureSpec.Type.ONE_HOT, false, List.of("a", "b"), 0))));

    reader.readNamed(json("{\"plan\":\"b\",\"age\":30,\"other\":[]}"), example);
    assertThat(features()).containsExactly(30, 0, 0, 1);
    reader.readNamed(json("{\"plan\":\"a\"}"), example);
    assertThat(features()).containsExactly(Float.NaN, 1, 1, 0);
  }

  @Test
  void aNameWithDotsIsReadAsInTheFileAndAsNestedObjects() throws Exception {
    List<FeatureSpec> features =
        List.of(new FeatureSpec("user.age", FeatureSpec.Type.NUMERIC, false, List.of(), 0));
    for (InputSpec spec :
        List.of(
            Records.mapped(InputSpec.Format.JSON, null, features),
            Records.spec(Task.BINARY, List.of(), features))) {
      FeatureReader reader = new FeatureReader(spec);

      reader.readNamed(json("{\"user.age\":30}"), example);
      assertThat(features()).containsExactly(30);
      reader.readNamed(json("{\"user\":{\"age\":31}}"), example);
      assertThat(features()).containsExactly(31);
      reader.readNamed(json("{\"user.age\":32,\"user\":{\"age\":33}}"), example);
      assertThat(features()).containsExactly(32);
      assertThatThrownBy(() -> reader.readNamed(json("{\"user\":{\"name\":1}}"), example))
          .isInstanceOf(RejectedException.class)
          .hasMessage("feature \"user.age\" is absent and was not declared nullable");
    }
  }

  @Test
  void withoutDeclarationsNumbersHaveNoNames() throws Exception {
    JsonNode named = json("{\"age\":30}");

    assertThatThrownBy(() -> undeclared.readNamed(named, example))
        .isInstanceOf(RejectedException.class)
        .hasMessageStartingWith("the pipeline declares no input.features");
  }

  @Test
  void numbersAreReadByTheirPlaces() throws Exception {
    undeclared.readPositional(json("[1.5,true,false,null,-2]"), null, example);
    assertThat(features()).containsExactly(1.5f, 1, 0, Float.NaN, -2);

    undeclared.readPositional(json("[1,2,3,4,5]"), json("{}"), example);
    assertThat(features()).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void aLongRowIsReadAfterAShortOne() throws Exception {
    float[] numbers = new float[40];
    Arrays.fill(numbers, 2);
    undeclared.readPositional(json("[1]"), null, example);

    undeclared.readPositional(json(Arrays.toString(numbers)), null, example);
    assertThat(features()).containsExactly(numbers);
    FeatureReader another = new FeatureReader(Records.undeclared());
    another.readPositional(numbers, 40, new int[0], Map.of(), example);
    assertThat(features()).containsExactly(numbers);
  }

  @Test
  void aTextWhereANumberIsDeclaredIsRejectedByWhatItSays() {
    FeatureReader reader =
        new FeatureReader(
            Records.spec(
                Task.BINARY,
                List.of("no", "yes"),
                List.of(new FeatureSpec("vip", FeatureSpec.Type.BOOLEAN, false, List.of(), 0))));
    Map<String, String> texts = Map.of("vip", "yes");

    assertThatThrownBy(() -> reader.readPositional(new float[1], 1, new int[0], texts, example))
        .isInstanceOf(RejectedException.class)
        .hasMessage("feature \"vip\" is declared boolean but is the text \"yes\"");
  }

  @Test
  void rejectsTextWithItsPlace() throws Exception {
    JsonNode text = json("[1,\"2\"]");

    assertThatThrownBy(() -> undeclared.readPositional(text, null, example))
        .isInstanceOf(RejectedException.class)
        .hasMessage("feature 1 is \"2\", not a number");
  }

  @Test
  void jsonAndTablesGiveTheFeaturesOfARecord() throws Exception {
    Map<String, String> attributes = Map.of("city", "Oslo");
    new ExampleDecoder(Records.undeclared())
        .decode(
            Records.record("k", AvroValues.value("k", "a", 0, new float[] {7, 8}, attributes), 1),
            example);
    float[] ofRecord = features();

    undeclared.readPositional(json("[7,8]"), json("{\"city\":\"Oslo\",\"zip\":null}"), example);
    assertThat(features()).containsExactly(ofRecord);
    undeclared.readPositional(new float[] {7, 8, 9}, 2, new int[0], attributes, example);
    assertThat(features()).containsExactly(ofRecord);
  }

  @Test
  void aNumberAmongAttributesIsTheTextThatAFieldWouldBe() throws Exception {
    undeclared.readPositional(json("[7]"), json("{\"zip\":\"2\"}"), example);
    float[] ofText = features();

    undeclared.readPositional(json("[7]"), json("{\"zip\":2.0}"), example);
    assertThat(features()).containsExactly(ofText);
  }

  @Test
  void aMissingFeatureIsMissingInItsRowOnly() throws Exception {
    float[] row = {1, 2, 3};

    undeclared.readPositional(row, 3, new int[] {0, 2}, Map.of(), example);
    assertThat(features()).containsExactly(Float.NaN, 2, Float.NaN);
    undeclared.readPositional(row, 3, new int[] {1}, Map.of(), example);
    assertThat(features()).containsExactly(1, Float.NaN, 3);
  }

  @Test
  void aRowWithoutFeaturesIsRejected() throws Exception {
    JsonNode none = json("[]");

    assertThatThrownBy(() -> undeclared.readPositional(none, null, example))
        .isInstanceOf(RejectedException.class)
        .hasMessage("the record has no features");
    assertThatThrownBy(
            () -> undeclared.readPositional(new float[1], 0, new int[0], Map.of(), example))
        .isInstanceOf(RejectedException.class)
        .hasMessage("the record has no features");
  }

  @Test
  void aRowWithMoreNumbersThanAreDeclaredIsRejected() throws Exception {
    FeatureReader reader =
        new FeatureReader(
            Records.spec(
                Task.BINARY,
                List.of("no", "yes"),
                List.of(new FeatureSpec("age", FeatureSpec.Type.NUMERIC, true, List.of(), 0))));
    JsonNode two = json("[1,null]");

    assertThatThrownBy(() -> reader.readPositional(two, null, example))
        .isInstanceOf(RejectedException.class)
        .hasMessage("the record has 2 numeric features; the pipeline declares 1");
    reader.readPositional(json("[null]"), null, example);
    assertThat(features()).containsExactly(Float.NaN, 1);
  }

  @Test
  void anEmptyTextOfAJsonRecordIsOneAndThatOfATableIsNotKnown() throws Exception {
    List<FeatureSpec> plan =
        List.of(new FeatureSpec("plan", FeatureSpec.Type.ONE_HOT, true, List.of("", "b"), 0));
    JsonNode empty = json("{\"plan\":\"\"}");

    new FeatureReader(Records.mapped(InputSpec.Format.JSON, null, plan)).readNamed(empty, example);
    assertThat(features()).containsExactly(1, 0, 0);
    new FeatureReader(Records.spec(Task.BINARY, List.of("no", "yes"), plan))
        .readNamed(empty, example);
    assertThat(features()).containsExactly(0, 0, 1);
  }

  private float[] features() {
    return Arrays.copyOf(example.features, example.width);
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }
}
