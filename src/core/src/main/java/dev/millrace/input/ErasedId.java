package dev.millrace.input;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.PublicApi;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An id to erase from models, rows of features and what features are derived from.
 *
 * @param column name of its column
 * @param hash of the column and the text, see {@link IdHash}
 * @param ids places of the column in a row; null if it is no feature of ids
 * @param isFirst true if the ids of a cross begin with those of the column
 * @param isSecond true if the ids of a cross end with those of the column
 * @param carried index of its hash among the carried values; -1 if no feature is derived from it
 * @param isGroup true if metrics are grouped by the column
 */
@PublicApi
public record ErasedId(
    String column,
    long hash,
    IdColumns.@Nullable Column ids,
    boolean isFirst,
    boolean isSecond,
    int carried,
    boolean isGroup) {

  /** Returns an id of an input; null if the input has no ids of that column. */
  public static @Nullable ErasedId of(InputSpec input, Erase.Id id) {
    String name = id.column();
    if (!columns(input).contains(name)) {
      return null;
    }
    IdColumns features = IdColumns.of(input);
    int index = features.columns().stream().map(IdColumns.Column::name).toList().indexOf(name);
    return new ErasedId(
        name,
        id.hash(),
        index < 0 ? null : features.columns().get(index),
        features.crosses().stream().anyMatch(cross -> cross.first() == index),
        features.crosses().stream().anyMatch(cross -> cross.second() == index),
        input.carried().indexOf(new CarriedColumn(name, false)),
        name.equals(input.group()));
  }

  /**
   * Returns the columns whose ids can be erased: features of ids, texts that features are derived
   * from, and the group of the metrics.
   */
  public static List<String> columns(InputSpec input) {
    Stream<String> features =
        input.features().stream().filter(f -> f.type().isOfIds()).map(FeatureSpec::name);
    Stream<String> texts =
        input.carried().stream().filter(c -> !c.isNumber()).map(CarriedColumn::name);
    return Stream.concat(Stream.concat(features, texts), Stream.ofNullable(input.group()))
        .distinct()
        .toList();
  }

  /**
   * Returns true if an example has the id.
   *
   * @param row its features
   * @param values its carried values
   * @param group hash of its group
   */
  public boolean isIn(float[] row, long[] values, long group) {
    return (isGroup && group == hash)
        || (carried >= 0 && carried < values.length && values[carried] == hash)
        || (ids != null && isIn(row, ids));
  }

  private boolean isIn(float[] row, IdColumns.Column places) {
    for (int at = places.start();
        at < places.end() && IdWords.isPresent(row, at);
        at += places.width()) {
      if (IdWords.read(row, at) == hash) {
        return true;
      }
    }
    return false;
  }
}
