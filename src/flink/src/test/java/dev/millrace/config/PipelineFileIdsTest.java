package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.NetworkSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Features of ids and crosses in the pipeline file. */
class PipelineFileIdsTest {
  private static final String HEAD =
      """
      pipeline: clicks
      kafka: { bootstrap.servers: localhost:9092 }
      input:
        format: json
        label: clicked
      """;
  private static final String FEATURES =
      """
        features:
          - { name: user, type: id, min-count: 3, ttl: 30d }
          - { name: ad, type: id, nullable: true }
          - { name: tags, type: set, separator: "," }
          - { name: query, type: text, ngrams: 2, max: 64 }
          - { name: bag, type: sparse }
          - price
      """;

  private static Settings parse(String yaml) {
    return PipelineFile.parse("clicks.yaml", yaml, null);
  }

  private static InputSpec input(String more) {
    return parse(HEAD + FEATURES + more).input().spec();
  }

  private static String error(String yaml) {
    try {
      parse(yaml);
    } catch (InvalidPipelineException e) {
      return e.getMessage();
    }
    throw new AssertionError("the file is valid");
  }

  @Test
  void featuresOfIdsHaveTheirOptionsOrTheDefaults() {
    assertThat(input("").features())
        .containsExactly(
            FeatureSpec.ofIds(
                "user", FeatureSpec.Type.ID, false, new IdOptions(1, 3, 30L * 86_400_000, 1)),
            FeatureSpec.ofIds("ad", FeatureSpec.Type.ID, true, IdOptions.ONE),
            new FeatureSpec(
                "tags", FeatureSpec.Type.SET, false, List.of(), 0, new IdOptions(16, 1, 0, 1), ","),
            FeatureSpec.ofIds("query", FeatureSpec.Type.TEXT, false, new IdOptions(64, 1, 0, 2)),
            FeatureSpec.ofIds("bag", FeatureSpec.Type.SPARSE, false, new IdOptions(32, 1, 0, 1)),
            new FeatureSpec("price", FeatureSpec.Type.NUMERIC, false, List.of(), 0));
  }

  @Test
  void crossesArePairsOfFeatures() {
    assertThat(input("  crosses: [[user, ad], [ad, query]]").crosses())
        .containsExactly(List.of("user", "ad"), List.of("ad", "query"));
    assertThat(input("").crosses()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{ name: u, type: id, max: 2 }; max applies only to type set, text, sparse, but the type is"
            + " id. Remove it",
        "{ name: u, type: id, buckets: 2 }; buckets applies only to type hash, but the type is id."
            + " Remove it",
        "{ name: u, type: hash, ttl: 1d }; ttl applies only to type id, set, text, sparse, but the"
            + " type is hash. Remove it",
        "{ name: u, type: set, ngrams: 2 }; ngrams applies only to type text, but the type is set."
            + " Remove it",
        "{ name: u, type: text, separator: x }; separator applies only to type set, sparse, but the"
            + " type is text. Remove it",
        "{ name: u, type: text, ngrams: 4 }; ngrams must be between 1 and 3, but was 4",
        "{ name: u, type: set, max: 1025 }; max must be between 1 and 1024, but was 1025",
        "{ name: u, type: id, min-count: 0 }; min-count must be between 1 and 1000000, but was 0",
        "{ name: u, type: id, ttl: 30 }; 'ttl must be a time between 1ms and 36500d (such as 500ms,"
            + " 10s, 5m), but was 30'",
        "{ name: u, type: set, separator: '' }; separator must be 1 to 8 characters, but was",
      })
  void anOptionOutOfPlaceIsAnErrorWithItsLine(String feature, String expected) {
    assertThat(error(HEAD + "  features:\n    - " + feature + "\n"))
        .startsWith("clicks.yaml:7")
        .contains("input.features[0]." + expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[[user]]; input.crosses[0] must be two features, such as [site, ad], but was a list",
        "[user]; input.crosses[0] must be two features, such as [site, ad], but was \"user\"",
        "[[user, add]]; input.crosses[0] has \"add\", which is not one of input.features. Did you"
            + " mean \"ad\"?",
        "[[user, price]]; input.crosses[0] has \"price\" of type numeric, but crosses are of type"
            + " id, set, text or sparse. Change the type",
        "[[ad, ad]]; input.crosses[0] has \"ad\" twice. Name two features",
        "[[ad, user], [user, ad]]; input.crosses[1] is user and ad a second time. Remove it",
        "[[tags, query]]; input.crosses[0] may have 1024 pairs in one record, but at most 64 are"
            + " allowed. Set a smaller max of tags or query",
        "user; input.crosses must be a list of pairs of features, but was a single value",
      })
  void aCrossThatIsNotOfTwoColumnsOfIdsIsAnError(String crosses, String expected) {
    assertThat(error(HEAD + FEATURES + "  crosses: " + crosses)).contains(expected);
  }

  @Test
  void theIdsOfAModelAreLimited() {
    assertThat(input("").limits().ids()).isBetween(300_000, 600_000); // in 64 MiB
    assertThat(input("limits: { state-bytes: 1000000000 }").limits().ids())
        .isEqualTo(InputSpec.Limits.DEFAULT.ids());
    assertThat(error(HEAD + FEATURES + "limits: { ids: 5000000 }"))
        .contains("limits.state-bytes")
        .contains("a model of 5000000 ids (limits.ids) needs up to");
    assertThat(input("limits: { ids: 5000 }").limits().ids()).isEqualTo(5000);
    assertThat(error(HEAD + FEATURES + "limits: { ids: 0 }"))
        .contains("limits.ids must be between 1 and 100000000, but was 0");
  }

  @Test
  void aNetworkHasVectorsOfIds() {
    assertThat(dimension("model: { layers: [{ units: 4 }] }")).isEqualTo(8);
    assertThat(dimension("model: { embeddings: { dimension: 3 } }")).isEqualTo(3);
    assertThat(dimension("model: { embeddings: {} }")).isEqualTo(8);
    assertThat(parse(HEAD + FEATURES + "models: { a: auto, b: { embeddings: {} } }").model().each())
        .hasSize(2);
  }

  private static int dimension(String model) {
    return ((NetworkSpec) parse(HEAD + FEATURES + model).model()).dimension();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{ embeddings: { dimension: 0 } }; model.embeddings.dimension must be between 1 and 64, but"
            + " was 0",
        "{ embeddings: { size: 8 } }; model.embeddings.size is not an option. model.embeddings"
            + " takes: dimension",
        "{ embeddings: 8 }; model.embeddings must be a map of options, but was a single value",
      })
  void vectorsThatCannotBeAreErrors(String model, String expected) {
    assertThat(error(HEAD + FEATURES + "model: " + model)).contains(expected);
  }

  @Test
  void vectorsWithoutIdsAreAnError() {
    assertThat(error(HEAD + "  features: [price]\nmodel: { embeddings: { dimension: 4 } }"))
        .contains(
            "model.embeddings applies only to features of type id, set, text or sparse, but"
                + " input.features has none. Declare one, or remove it");
  }

  @Test
  void theLimitOfIdsCountsWhatTheModelKeepsOfThem() {
    int ofLarge = input("model: { embeddings: { dimension: 64 } }").limits().ids();
    int ofSmall = input("model: { embeddings: { dimension: 4 } }").limits().ids();
    int ofBoth = input("models: { a: auto, b: { embeddings: { dimension: 4 } } }").limits().ids();

    assertThat(ofSmall).isGreaterThan(3 * ofLarge);
    assertThat(ofBoth).isLessThan(ofSmall).isLessThan(input("").limits().ids());
  }

  @Test
  void theHashOfTheSettingsCoversIdsAndCrosses() {
    assertThat(
            List.of(
                hash(FEATURES),
                hash(FEATURES + "  crosses: [[user, ad]]\n"),
                hash(FEATURES + "  crosses: [[ad, user]]\n"),
                hash(FEATURES.replace("30d", "31d")),
                hash(FEATURES.replace("min-count: 3", "min-count: 4")),
                hash(FEATURES.replace("\",\"", "\";\"")),
                hash(FEATURES + "limits: { ids: 5000 }\n"),
                hash(FEATURES.replace("max: 64", "max: 63")),
                hash(FEATURES + "model: {}\n"),
                hash(FEATURES + "model: { embeddings: { dimension: 4 } }\n")))
        .doesNotHaveDuplicates();
  }

  private static String hash(String features) {
    return parse(HEAD + features).configHash();
  }
}
