package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
  @TempDir private Path folder;

  @Test
  void aSecretIsReadFromWhereThePlaceholderPoints() throws IOException {
    Files.writeString(folder.resolve("s.properties"), "token=abc\nempty=\n");
    Files.writeString(folder.resolve("token"), "def\n");

    assertThat(new Secret("${env:PATH}").resolve()).isEqualTo(System.getenv("PATH"));
    assertThat(new Secret("${file:" + folder + "/s.properties:token}").resolve()).isEqualTo("abc");
    assertThat(new Secret("${directory:" + folder + ":token}").resolve()).isEqualTo("def");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "${PATH}", "${env:}", "${env:A:b}", "${file:/a}", "x${env:A}"})
  void rejectsTextWithoutAPlaceholderAndDoesNotQuoteIt(String text) {
    assertThat(Secret.isPlaceholder(text)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Secret(text))
        .withMessage("not a placeholder for a secret");
  }

  @Test
  void anUnresolvedSecretIsNamedByItsPlace() throws IOException {
    Files.writeString(folder.resolve("s.properties"), "empty=\n");
    Files.writeString(folder.resolve("bad.properties"), "a=\\u00zz secret\n");
    Files.writeString(folder.resolve("blank"), " \n");

    assertUnresolved("${env:MILLRACE_NO_SUCH_VARIABLE}", "is not set");
    assertUnresolved("${file:" + folder + "/s.properties:empty}", "is not set");
    assertUnresolved("${file:" + folder + "/s.properties:other}", "is not set");
    assertUnresolved("${file:" + folder + "/bad.properties:a}", "cannot be read");
    assertUnresolved("${file:" + folder + "/none.properties:a}", "cannot be read");
    assertUnresolved("${directory:" + folder + ":blank}", "is not set");
    assertUnresolved("${directory:" + folder + ":none}", "cannot be read");
  }

  @Test
  void aVariableThatIsNotSetNeverWillBe() {
    assertThat(new Secret("${env:MILLRACE_NO_SUCH_VARIABLE}").isUnsetVariable()).isTrue();
    assertThat(new Secret("${env:PATH}").isUnsetVariable()).isFalse();
    assertThat(new Secret("${directory:" + folder + ":none}").isUnsetVariable()).isFalse();
  }

  private static void assertUnresolved(String placeholder, String why) {
    assertThatThrownBy(() -> new Secret(placeholder).resolve())
        .isInstanceOf(IOException.class)
        .hasMessage(placeholder + " " + why)
        .hasNoCause();
  }
}
