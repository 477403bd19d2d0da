package dev.millrace.config.input;

import static dev.millrace.data.FeatureSpec.Type.ID;
import static dev.millrace.data.FeatureSpec.Type.SET;
import static dev.millrace.data.FeatureSpec.Type.SPARSE;
import static dev.millrace.data.FeatureSpec.Type.TEXT;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the options of features of ids, and {@code input.crosses}. */
final class IdOptionsReader {
  private static final int MAX_PAIRS = 64;

  private IdOptionsReader() {}

  /** Rejects options that do not apply to the type of their feature. */
  static void requireOfIds(OptionReader options, FeatureSpec.Type type) {
    onlyWith(InputOptions.MIN_COUNT, type, options, ID, SET, TEXT, SPARSE);
    onlyWith(InputOptions.ID_TTL, type, options, ID, SET, TEXT, SPARSE);
    onlyWith(InputOptions.MAX_IDS, type, options, SET, TEXT, SPARSE);
    onlyWith(InputOptions.NGRAMS, type, options, TEXT);
    onlyWith(InputOptions.SEPARATOR, type, options, SET, SPARSE);
  }

  /** Rejects an option that does not apply to the type of its feature. */
  static void onlyWith(
      Option<?> option, FeatureSpec.Type type, OptionReader options, FeatureSpec.Type... allowed) {
    if (options.mentions(option) && !List.of(allowed).contains(type)) {
      String types =
          Arrays.stream(allowed).map(FeatureSpec.Type::id).collect(Collectors.joining(", "));
      options.reject(
          option,
          "applies only to type " + types + ", but the type is " + type.id() + ". Remove it");
    }
  }

  /** Returns the options of a feature, null if it has no ids. */
  static @Nullable IdOptions read(OptionReader options, FeatureSpec.Type type) {
    if (!type.isOfIds()) {
      return null;
    }
    IdOptions given = options.read(IdOptions.class);
    int max = type == SET ? IdOptions.MAX_SET : IdOptions.MAX_WORDS;
    return new IdOptions(
        type == ID ? 1 : options.has(InputOptions.MAX_IDS) ? given.max() : max,
        given.minCount(),
        given.ttlMillis(),
        type == TEXT ? given.ngrams() : IdOptions.ONE.ngrams());
  }

  /** Returns what is between the ids of a text, null if a text is not split. */
  static @Nullable String separator(OptionReader options, FeatureSpec.Type type) {
    String given = options.given(InputOptions.SEPARATOR);
    return given == null || type.separator() == null ? type.separator() : given;
  }

  /** Returns the crosses; those that are not valid are errors. */
  static List<List<String>> crosses(
      OptionReader in, Collection<FeatureSpec> features, ConfigErrors errors) {
    if (!(in.given(InputOptions.CROSSES) instanceof Sequence list)) {
      return List.of();
    }
    Map<String, FeatureSpec> byName = new LinkedHashMap<>();
    features.forEach(feature -> byName.put(feature.name(), feature));
    List<List<String>> crosses = new ArrayList<>();
    Set<Set<String>> known = new HashSet<>();
    for (int i = 0; i < list.items().size(); i++) {
      YamlNode item = list.items().get(i);
      String subject = in.name(InputOptions.CROSSES) + "[" + i + "]";
      List<String> pair = pair(item);
      String error = pair.isEmpty() ? notAPair(item) : error(pair, byName);
      if (error.isEmpty() && !known.add(Set.copyOf(pair))) {
        error = "is %s a second time. Remove it".formatted(String.join(" and ", pair));
      }
      if (error.isEmpty()) {
        crosses.add(pair);
      } else {
        errors.add(item.line(), subject + " " + error);
      }
    }
    return crosses;
  }

  private static String notAPair(YamlNode item) {
    return "must be two features, such as [site, ad], but was " + item.describe();
  }

  /** Returns the two names of a pair; an empty list if the value is none. */
  private static List<String> pair(YamlNode item) {
    if (!(item instanceof Sequence names) || names.items().size() != 2) {
      return List.of();
    }
    List<String> pair = new ArrayList<>();
    for (YamlNode name : names.items()) {
      if (name instanceof Scalar scalar && scalar.text() != null) {
        pair.add(scalar.text());
      }
    }
    return pair.size() == 2 ? List.copyOf(pair) : List.of();
  }

  /** Returns what is wrong with a pair; empty for nothing. */
  private static String error(List<String> pair, Map<String, FeatureSpec> features) {
    int pairs = 1;
    for (String name : pair) {
      FeatureSpec feature = features.get(name);
      if (feature == null) {
        return "has %s, which is not one of input.features. %s"
            .formatted(
                Scalar.quote(name), Suggestions.hint(name, features.keySet(), "Declare it there"));
      }
      if (!feature.type().isOfIds()) {
        return "has %s of type %s, but crosses are of type id, set, text or sparse. Change the type"
            .formatted(Scalar.quote(name), feature.type().id());
      }
      pairs *= feature.maxIds();
    }
    if (pair.get(0).equals(pair.get(1))) {
      return "has %s twice. Name two features".formatted(Scalar.quote(pair.get(0)));
    }
    return pairs <= MAX_PAIRS
        ? ""
        : "may have %d pairs in one record, but at most %d are allowed. Set a smaller max of %s"
            .formatted(pairs, MAX_PAIRS, String.join(" or ", pair));
  }
}
