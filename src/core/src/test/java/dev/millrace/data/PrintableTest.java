package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void jsonThatShowsStaysAsItIs() {
    String json = "{\"key\":\"Grüße, 鍵 🔑\",\"escape\":\"\\u001b\"}";

    assertThat(Printable.json(json)).isSameAs(json);
  }

  @Test
  void controlCharactersAreEscapedWithoutAChangeOfMeaning() throws Exception {
    // CSI in 8 bit, delete, an override of the direction, a tag character and half a surrogate pair
    String json = "{\"k\u009b2J\":\"\u007f\u202ea\udb40\udc41\"}";
    ObjectMapper mapper = new ObjectMapper();

    String shown = Printable.json(json);

    assertThat(shown).isEqualTo("{\"k\\u009b2J\":\"\\u007f\\u202ea\\udb40\\udc41\"}");
    assertThat(mapper.readTree(shown)).isEqualTo(mapper.readTree(json));
    assertThat(Printable.json("\"\ud800\"")).isEqualTo("\"\\ud800\"");
  }

  @Test
  void betweenItsTextsJsonHasBlanksAlone() {
    assertThat(Printable.json("{\r\n\t\"a\":1}\u001b[2J")).isEqualTo("{   \"a\":1} [2J");
  }
}
