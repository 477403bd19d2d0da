package dev.millrace.config.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlReader;
import dev.millrace.data.Setting;
import org.junit.jupiter.api.Test;

/** One component of a record is all that an option needs. */
class DeclaredOptionsTest {

  enum Colour {
    DARK_RED,
    BLUE
  }

  record Lamp(
      @Setting(value = "0.1", in = "(0, 1]", doc = "light of the lamp") double brightness,
      @Setting(
              value = "off",
              in = "[1s, 1h] or off",
              name = "timeout",
              doc = "time until it is off")
          long timeoutMillis,
      @Setting(value = "blue", doc = "its colour") Colour colour,
      @Setting(example = "sockets: 2", in = "[1, 4]", doc = "its sockets") int sockets,
      String place) {}

  private static final OptionGroup GROUP =
      new OptionGroup("lamp", "", "A lamp.").declare(Lamp.class);

  private static Lamp read(String yaml) {
    ConfigErrors errors = new ConfigErrors("lamp.yaml", name -> null);
    if (!(YamlReader.read(yaml, errors) instanceof Mapping mapping)) {
      throw new AssertionError(yaml);
    }
    Lamp lamp = new OptionReader("lamp", mapping, GROUP, errors).read(new Lamp(0, 0, null, 0, "a"));
    errors.throwIfAny();
    return lamp;
  }

  @Test
  void givenValuesReplaceTheDefaults() {
    assertThat(read("{ sockets: 2 }")).isEqualTo(new Lamp(0.1, 0, Colour.BLUE, 2, "a"));
    assertThat(read("{ sockets: 4, timeout: 10m, colour: dark-red, brightness: 0.3 }"))
        .isEqualTo(new Lamp(0.3, 600_000, Colour.DARK_RED, 4, "a"));
  }

  @Test
  void theErrorNamesWhatIsAllowed() {
    assertThatThrownBy(() -> read("{ brightness: 0, timeout: 2d, colour: red }"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContainingAll(
            "lamp.brightness must be above 0 and at most 1, but was 0",
            "lamp.timeout must be a time between 1s and 1h (such as 500ms, 10s, 5m), or off, but"
                + " was",
            "lamp.colour \"red\" is not known.",
            "One of: dark-red, blue",
            "lamp.sockets is missing. Add it, for example: sockets: 2");
  }

  @Test
  void aNameThatTheRecordDoesNotDeclareIsAnError() {
    OptionGroup group = new OptionGroup("lamp", "", "A lamp.");

    assertThatThrownBy(() -> group.declare(Lamp.class, "brightnes"))
        .hasMessage("lamp has no brightnes");
  }

  @Test
  void theReferenceHasTheDeclaration() {
    assertThat(GROUP.options())
        .extracting(
            option -> option.name() + "|" + option.type().allowed() + "|" + option.shownDefault())
        .containsExactly(
            "brightness|a number above 0 and at most 1|0.1",
            "timeout|a time between 1s and 1h (such as 500ms, 10s, 5m), or off|off",
            "colour|one of: dark-red, blue|blue",
            "sockets|a whole number between 1 and 4|required");
  }
}
