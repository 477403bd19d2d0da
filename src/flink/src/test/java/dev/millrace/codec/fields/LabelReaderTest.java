package dev.millrace.codec.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.TextCache;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.testing.Records;
import java.math.BigInteger;
import java.util.List;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelReaderTest {
  private final Example example = new Example();

  @Test
  void aClassHasANameOf256BytesAtMost() throws RejectedException {
    LabelReader labels = labels(Task.BINARY, List.of());
    labels.text(example, new Utf8("x".repeat(256)));
    assertThat(example.label).hasSize(256);

    assertThatThrownBy(() -> labels.text(example, new Utf8("x".repeat(257))))
        .isInstanceOf(RejectedException.class)
        .hasMessage("the label has 257 bytes; the name of a class has at most 256");
  }

  @Test
  void aTargetFitsAFloat() throws RejectedException {
    LabelReader labels = labels(null, List.of());
    labels.number(example, -Float.MAX_VALUE);
    assertThat(example.target).isEqualTo(-Float.MAX_VALUE);
    assertThat(example.label).isNull();

    for (double value : new double[] {Math.nextUp((double) Float.MAX_VALUE), Double.NaN}) {
      assertThatThrownBy(() -> labels.number(example, value))
          .isInstanceOf(RejectedException.class)
          .hasMessage("the label is " + value + "; it must be finite and fit a 32-bit float");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "7, 7",
    "-0.0, 0",
    "1.5, 1.5",
    "9007199254740991, 9007199254740991",
    "9007199254740992, 9007199254740992",
    "2.5e-7, 2.5E-7",
    "1e20, 1.0E20",
    "-9007199254740991, -9007199254740991",
  })
  void aNumberIsTheNameOfAClassWhereTheTaskHasClasses(double value, String name)
      throws RejectedException {
    labels(Task.MULTICLASS, List.of()).number(example, value);

    assertThat(example.label).isEqualTo(name);
  }

  @Test
  void wholeNumbersThatAreOneDoubleAreTwoClasses() throws RejectedException {
    LabelReader labels = labels(Task.MULTICLASS, List.of());

    labels.number(example, Long.valueOf(12345678901234567L));
    assertThat(example.label).isEqualTo("12345678901234567");
    labels.number(example, Long.valueOf(12345678901234568L));
    assertThat(example.label).isEqualTo("12345678901234568");
    labels.number(example, new BigInteger("100000000000000000001"));
    assertThat(example.label).isEqualTo("100000000000000000001");
  }

  @Test
  void aNumberIsTheNameOfADeclaredClassEvenWithoutATask() throws RejectedException {
    labels(null, List.of("1", "2")).number(example, 2);

    assertThat(example.label).isEqualTo("2");
    assertThatThrownBy(() -> labels(null, List.of("1", "2")).number(example, 3))
        .isInstanceOf(RejectedException.class)
        .hasMessage("the label \"3\" is not among the declared classes");
  }

  private static LabelReader labels(Task task, List<String> classes) {
    return new LabelReader(Records.spec(task, classes, List.of()), new TextCache());
  }
}
