package dev.millrace.bench.streams;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Loan applications of R. Agrawal, T. Imielinski and A. Swami, Database mining: a performance
 * perspective, 1993: nine columns, of which each of ten functions uses some to accept or refuse.
 */
public final class AgrawalStream {
  public static final int FUNCTIONS = 10;

  private static final int LEVELS = 5;
  private static final int CARS = 20;
  private static final int ZIPCODES = 9;

  // Places of the features in a row.
  private static final int LEVEL = 3;
  private static final int CAR = LEVEL + LEVELS;
  private static final int ZIPCODE = CAR + CARS;
  private static final int HOUSE_VALUE = ZIPCODE + ZIPCODES;

  private final int function;
  private final Random random;

  /** Features of the last application, as {@link #input} declares them. */
  public final float[] row = new float[input().width()];

  /**
   * @param function 1 to {@link #FUNCTIONS}
   */
  public AgrawalStream(int function, long seed) {
    this.function = function;
    random = new Random(seed);
  }

  /** Returns the input of a pipeline that learns the applications. */
  public static InputSpec input() {
    Stream<FeatureSpec> features =
        Stream.of(
            number("salary"),
            number("commission"),
            number("age"),
            category("elevel", LEVELS),
            category("car", CARS),
            category("zipcode", ZIPCODES),
            number("hvalue"),
            number("hyears"),
            number("loan"));
    return InputSpec.DEFAULT.with(
        to -> {
          to.task = Task.BINARY;
          to.classes = List.of("refused", "accepted");
          to.features = features.toList();
        });
  }

  private static FeatureSpec number(String name) {
    return new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0);
  }

  private static FeatureSpec category(String name, int values) {
    List<String> all = IntStream.range(0, values).mapToObj(Integer::toString).toList();
    return new FeatureSpec(name, FeatureSpec.Type.ONE_HOT, false, all, 0);
  }

  /** Returns the columns that the function uses. */
  public List<String> columns() {
    return switch (function) {
      case 1 -> List.of("age");
      case 2 -> List.of("age", "salary");
      case 3 -> List.of("age", "elevel");
      case 4 -> List.of("age", "elevel", "salary");
      case 5 -> List.of("age", "loan", "salary");
      case 6 -> List.of("age", "commission", "salary");
      case 7 -> List.of("commission", "loan", "salary");
      case 8 -> List.of("commission", "elevel", "salary");
      case 9 -> List.of("commission", "elevel", "loan", "salary");
      default -> List.of("commission", "elevel", "hvalue", "hyears", "salary");
    };
  }

  /** Draws the next application; returns 1 if it is accepted, else 0. */
  public int next() {
    double salary = 20_000 + 130_000 * random.nextDouble();
    double commission = salary >= 75_000 ? 0 : 10_000 + 65_000 * random.nextDouble();
    int age = 20 + random.nextInt(61);
    int level = random.nextInt(LEVELS);
    int zipcode = random.nextInt(ZIPCODES);
    double houseValue = (ZIPCODES - zipcode) * 100_000 * (0.5 + random.nextDouble());
    int houseYears = 1 + random.nextInt(30);
    double loan = 500_000 * random.nextDouble();
    Arrays.fill(row, 0);
    row[0] = (float) salary;
    row[1] = (float) commission;
    row[2] = age;
    row[LEVEL + level] = 1;
    row[CAR + random.nextInt(CARS)] = 1;
    row[ZIPCODE + zipcode] = 1;
    row[HOUSE_VALUE] = (float) houseValue;
    row[HOUSE_VALUE + 1] = houseYears;
    row[HOUSE_VALUE + 2] = (float) loan;
    double income = salary + commission;
    boolean isAccepted =
        switch (function) {
          case 1 -> age < 40 || age >= 60;
          case 2 -> isWithin(salary, byAge(age, 50_000, 75_000, 25_000), 50_000);
          case 3 -> isLevel(age, level);
          case 4 ->
              isWithin(
                  salary,
                  isLevel(age, level)
                      ? byAge(age, 25_000, 50_000, 50_000)
                      : byAge(age, 50_000, 75_000, 25_000),
                  50_000);
          case 5 -> {
            boolean isRich = isWithin(salary, byAge(age, 50_000, 75_000, 25_000), 50_000);
            double low =
                isRich
                    ? byAge(age, 100_000, 200_000, 300_000)
                    : byAge(age, 200_000, 300_000, 100_000);
            yield isRich ? isWithin(loan, low, 200_000) : loan >= low;
          }
          case 6 -> isWithin(income, byAge(age, 50_000, 75_000, 25_000), 50_000);
          case 7 -> 2 * income / 3 - loan / 5 - 20_000 > 0;
          case 8 -> 2 * income / 3 - 5_000.0 * level - 20_000 > 0;
          case 9 -> 2 * income / 3 - 5_000.0 * level - loan / 5 - 10_000 > 0;
          default -> {
            double equity = houseYears >= 20 ? houseValue * (houseYears - 20) / 10 : 0;
            yield 2 * income / 3 - 5_000.0 * level + equity / 5 - 10_000 > 0;
          }
        };
    return isAccepted ? 1 : 0;
  }

  /** Returns the columns of a stream of {@link #concept}. */
  static List<SyntheticStream.Column> nominalColumns() {
    return input().features().stream()
        .map(feature -> new SyntheticStream.Column(feature.name(), feature.values().size()))
        .toList();
  }

  /** Returns the applications as a concept, which draws from its own seed. */
  static Concept concept(int function, long seed) {
    AgrawalStream stream = new AgrawalStream(function, seed);
    return (random, columns) -> {
      int label = stream.next();
      float[] row = stream.row;
      System.arraycopy(
          new double[] {
            row[0],
            row[1],
            row[2],
            place(row, LEVEL, LEVELS),
            place(row, CAR, CARS),
            place(row, ZIPCODE, ZIPCODES),
            row[HOUSE_VALUE],
            row[HOUSE_VALUE + 1],
            row[HOUSE_VALUE + 2]
          },
          0,
          columns,
          0,
          columns.length);
      return label;
    };
  }

  private static int place(float[] row, int from, int values) {
    int place = 0;
    while (place < values - 1 && row[from + place] == 0) {
      place++;
    }
    return place;
  }

  private static double byAge(int age, double young, double middle, double old) {
    return age < 40 ? young : age < 60 ? middle : old;
  }

  private static boolean isWithin(double value, double low, double width) {
    return low <= value && value <= low + width;
  }

  private static boolean isLevel(int age, int level) {
    return age < 40 ? level <= 1 : age < 60 ? level >= 1 && level <= 3 : level >= 2;
  }
}
