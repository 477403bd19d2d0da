package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.yaml.InvalidPipelineException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever stands in a pipeline file, the answer is settings or errors that name lines. */
class PipelineFileMutationTest {
  private static final int SEED = 20;
  private static final int MUTATIONS = 1500;

  static Stream<Arguments> options() {
    return PipelineOptions.GROUPS.stream()
        .flatMap(
            group -> group.options().stream().map(option -> Arguments.of(group, option.name())));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("options")
  void aValueOfTheWrongShapeIsAnErrorInItsLine(OptionGroup group, String name) {
    for (String wrong : List.of("[[x], {y: z}]", "{ no-such-option: [1] }", "[]", "")) {
      String yaml = nested(group, name, wrong);
      int line = (int) yaml.lines().count();

      Throwable thrown = catchThrowable(() -> PipelineFile.parse("f.yaml", yaml, null));

      boolean mayBeEmpty =
          wrong.isEmpty() || (wrong.equals("[]") && name.matches("layers|features|members"));
      if (mayBeEmpty && thrown == null) {
        continue;
      }
      assertThat(thrown).as(yaml).isInstanceOf(InvalidPipelineException.class);
      if (!mayBeEmpty) {
        assertThat(thrown).as(yaml).hasMessageContaining("f.yaml:" + line + " ");
      }
    }
  }

  /** A file whose last line is the option, in the map that it belongs to. */
  private static String nested(OptionGroup group, String name, String value) {
    StringBuilder yaml = new StringBuilder();
    String path = group.path();
    for (String[] part :
        new String[][] {
          {"pipeline", "pipeline: p\n"},
          {"kafka", "kafka: { bootstrap.servers: a:1 }\n"},
          {"input", "input: { label: y }\n"}
        }) {
      boolean rewritten =
          path.isEmpty() ? part[0].equals(name) : path.matches(part[0] + "($|[.].*)");
      yaml.append(rewritten ? "" : part[1]);
    }
    String indent = "";
    for (String step : path.isEmpty() ? new String[0] : path.split("\\.")) {
      yaml.append(indent).append(step.replace("[]", "")).append(":\n");
      indent += "  ";
      if (step.endsWith("[]")) {
        yaml.append(indent).append("-\n");
        indent += "  ";
      }
    }
    if (!group.variant().isEmpty() && !name.equals("name")) {
      yaml.append(indent).append(group.variant()).append('\n');
    }
    return yaml.append(indent).append(name).append(": ").append(value).append('\n').toString();
  }

  @Test
  void damagedTextNeverEndsInAnotherException() {
    Random random = new Random(SEED);
    String full = PipelineFileReference.FULL;
    String alphabet = "{}[]:,-#&*!|>'\"%@`~<= \t\n0a.$\\\u0000\u0085\uFFFD";
    for (int i = 0; i < MUTATIONS; i++) {
      StringBuilder yaml = new StringBuilder(full);
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        int at = random.nextInt(yaml.length());
        switch (random.nextInt(3)) {
          case 0 -> yaml.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
          case 1 -> yaml.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
          default -> yaml.delete(at, Math.min(yaml.length(), at + 1 + random.nextInt(12)));
        }
      }

      Throwable thrown = catchThrowable(() -> PipelineFile.parse("f.yaml", yaml.toString(), null));

      if (thrown != null) {
        assertThat(thrown)
            .as("seed %d, mutation %d:\n%s", SEED, i, yaml)
            .isInstanceOf(InvalidPipelineException.class)
            .hasMessageStartingWith("f.yaml:");
      }
    }
  }
}
