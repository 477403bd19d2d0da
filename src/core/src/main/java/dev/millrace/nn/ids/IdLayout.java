package dev.millrace.nn.ids;

import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.spec.Indicators;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Layout of the rows of one kind of model: ids, numbers, and the fields and inputs made of them.
 * Immutable.
 *
 * <p>Fields are the columns of ids, their crosses, then the numbers, each of which has its bucket
 * as an id. Inputs of the networks are the numbers of the row, the logarithms of those that are no
 * indicators, then those of each column and cross.
 */
public final class IdLayout {
  /** Places of a row that are ids, and places that are indicators. */
  public final Indicators row;

  /** Floats of a row. */
  public final int width;

  /** Task that is learned from rows. */
  public final Task task;

  final IdColumns columns;
  // Places of the numbers in a row; of those that are no indicators.
  final int[] numbers;
  final int[] bucketed;
  final int fields;
  final int maxIds;
  final int maxKnown;
  private final int idFields;

  /**
   * Creates the layout of rows.
   *
   * @param row which places of a row are ids, and which are indicators
   * @param width floats of a row
   */
  public IdLayout(Indicators row, int width, Task task) {
    this.row = row;
    this.width = width;
    this.task = task;
    columns = row.ids();
    numbers = columns.numbers(width);
    bucketed = IntStream.of(numbers).filter(place -> !row.contains(place)).toArray();
    idFields = columns.fields();
    fields = idFields + bucketed.length;
    maxIds = columns.maxIds() + bucketed.length;
    maxKnown = Math.max(columns.limit(), maxIds);
  }

  /**
   * Returns the bytes in memory that an id takes at most, of a row of numbers, its places in the
   * index and in the order of ids.
   *
   * @param classes known; ignored unless there are several
   */
  public static long bytesOfId(Task task, int classes) {
    return KnownIds.bytesOfId(IdNumbers.width(outputs(task, classes)));
  }

  /** Returns the number of inputs that the networks have. */
  public int inputs() {
    return input(idFields);
  }

  /** Returns which inputs of the networks are indicators. */
  public Indicators indicators() {
    return row.ofNumbers(width);
  }

  /**
   * Returns which inputs of the networks are a number and its logarithm.
   *
   * @return [inputs]: of a number the place of its logarithm, of that the place of the number, -1
   *     of others
   */
  public int[] partners() {
    int[] partners = new int[inputs()];
    Arrays.fill(partners, -1);
    int logarithm = numbers.length;
    for (int i = 0; i < numbers.length; i++) {
      if (!row.contains(numbers[i])) {
        partners[i] = logarithm;
        partners[logarithm++] = i;
      }
    }
    return partners;
  }

  /** Returns true if the model learns pairs of fields: it has two, and one output. */
  public boolean hasPairs() {
    return fields > 1 && task != Task.MULTICLASS;
  }

  /** Returns the number of linear models: one for each of several classes, else 1. */
  int outputs(int classes) {
    return outputs(task, classes);
  }

  private static int outputs(Task task, int classes) {
    return task == Task.MULTICLASS ? Math.max(1, classes) : 1;
  }

  /** Returns the number of inputs of a column or cross. */
  int inputsOfField() {
    return task == Task.REGRESSION ? 3 : 1;
  }

  /** Returns true if the networks see numbers of the field. */
  boolean isInput(int field) {
    return field < idFields;
  }

  /** Returns the first input of a field. */
  int input(int field) {
    return numbers.length + bucketed.length + field * inputsOfField();
  }

  /** Layouts are equal if they are of equal rows and tasks, and know as many ids. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IdLayout layout
        && layout.row.equals(row)
        && layout.width == width
        && layout.task == task
        && layout.maxKnown == maxKnown;
  }

  @Override
  public int hashCode() {
    return Objects.hash(row, width, task, maxKnown);
  }
}
