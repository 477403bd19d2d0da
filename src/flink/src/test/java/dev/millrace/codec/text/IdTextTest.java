package dev.millrace.codec.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.fields.IdColumnWriter;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import java.nio.charset.StandardCharsets;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;

class IdTextTest {
  private static final FeatureSpec USER = column("user", FeatureSpec.Type.ID, IdOptions.ONE);
  private static final FeatureSpec TAGS =
      column("tags", FeatureSpec.Type.SET, new IdOptions(4, 1, 0, 1));
  private static final FeatureSpec QUERY =
      column("query", FeatureSpec.Type.TEXT, new IdOptions(8, 1, 0, 2));

  private final float[] row = new float[64];

  private static FeatureSpec column(String name, FeatureSpec.Type type, IdOptions options) {
    return FeatureSpec.ofIds(name, type, false, options);
  }

  private IdColumnWriter writer(FeatureSpec column) {
    IdColumnWriter writer = new IdColumnWriter(column, 0, new WordSplitter());
    writer.begin(row);
    return writer;
  }

  private long id(int place) {
    return IdWords.read(row, place * IdWords.ID_WIDTH);
  }

  @Test
  void anIdIsThatOfDecoding() {
    byte[] text = "Zoë-17".getBytes(StandardCharsets.UTF_8);
    writer(USER).add(text, 0, text.length);

    assertThat(IdText.hash(USER, "Zoë-17")).isEqualTo(id(0));
    assertThat(IdText.hash(USER, "zoë-17")).isNotEqualTo(id(0));
  }

  @Test
  void anItemOfASetIsThatOfDecoding() {
    writer(TAGS).addAll(new Utf8("red | light blue"));

    assertThat(IdText.hash(TAGS, "red")).isEqualTo(id(0));
    assertThat(IdText.hash(TAGS, "light blue")).isEqualTo(id(1));
  }

  @Test
  void aWordAndAPairOfWordsAreThoseOfDecoding() {
    writer(QUERY).addWords(new Utf8("Red, running SHOES!"));

    assertThat(IdText.hash(QUERY, "Running")).isEqualTo(id(1));
    assertThat(IdText.hash(QUERY, "red running")).isEqualTo(id(3));
    assertThat(IdText.hash(QUERY, "running shoes")).isEqualTo(id(4));
  }

  @Test
  void rejectsTextThatIsNoIdOfTheColumn() {
    assertThatThrownBy(() -> IdText.hash(USER, "")).hasMessageContaining("1 character or more");
    assertThatThrownBy(() -> IdText.hash(QUERY, "red running shoes"))
        .hasMessageContaining("1 to 2 words (ngrams)");
    assertThatThrownBy(() -> IdText.hash(QUERY, "?!")).hasMessageContaining("1 to 2 words");
  }
}
