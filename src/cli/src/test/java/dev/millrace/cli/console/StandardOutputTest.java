package dev.millrace.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StandardOutputTest {

  @Test
  void aFullDiskIsRemembered() {
    assertThat(written("No space left on device").failure()).contains("No space left on device");
  }

  @Test
  void aClosedPipeIsNotAFailure() {
    assertThat(written("Broken pipe").failure()).isEmpty();
  }

  private static StandardOutput written(String error) {
    StandardOutput output =
        new StandardOutput(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException(error);
              }
            });
    PrintWriter writer = new PrintWriter(output, false, StandardCharsets.UTF_8);
    writer.println("a row");
    assertThat(writer.checkError()).isTrue();
    return output;
  }
}
