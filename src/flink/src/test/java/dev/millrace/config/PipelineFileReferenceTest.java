package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.data.Declaration;
import dev.millrace.testing.GeneratedPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PipelineFileReferenceTest {
  private static final Path REFERENCE = Path.of("docs/reference/pipeline.md");

  @Test
  void theReferenceIsWhatTheOptionsSay() throws IOException {
    GeneratedPage.requireIs(
        REFERENCE, PipelineFileReference.markdown(), PipelineFileReferenceTest.class);
  }

  @Test
  void everyDeclaredOptionStandsInOneMap() {
    Map<Class<?>, List<Declaration>> declared = new HashMap<>();
    PipelineOptions.GROUPS.forEach(
        group ->
            group
                .declared()
                .forEach(
                    (spec, options) ->
                        declared
                            .computeIfAbsent(spec, unused -> new ArrayList<>())
                            .addAll(options)));

    declared.forEach(
        (spec, options) ->
            assertThat(options)
                .as(spec.getName())
                .containsExactlyInAnyOrderElementsOf(Declaration.of(spec)));
  }

  @Test
  void everyOptionHasAllowedValuesADefaultAndADescription() {
    Set<String> places = new HashSet<>();
    for (OptionGroup group : PipelineOptions.GROUPS) {
      assertThat(group.documentation()).as(group.path()).isNotBlank();
      for (Option<?> option : group.options()) {
        String place = group.path() + " " + group.variant() + " " + option.name();
        assertThat(places.add(place)).as("%s stands once", place).isTrue();
        assertThat(option.name()).as(place).matches("[a-z0-9]+([-.][a-z0-9]+)*");
        assertThat(option.type().allowed()).as(place).isNotBlank().doesNotContain("|");
        assertThat(option.shownDefault()).as(place).isNotBlank().doesNotContain("|");
        assertThat(option.documentation()).as(place).isNotBlank().doesNotContain("|");
      }
    }
  }
}
