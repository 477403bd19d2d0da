package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is fuzzed, and with which inputs it begins. */
public enum FuzzTargets {
  DECODER("dev.millrace.codec.DecoderFuzz", "src/cli/src/test/resources/fuzz/decoder"),
  PIPELINE("dev.millrace.config.PipelineFuzz", "src/cli/src/test/resources/fuzz/pipeline"),
  REGISTRY("dev.millrace.codec.registry.RegistryFuzz", "src/cli/src/test/resources/fuzz/registry"),
  ONNX("dev.millrace.onnx.OnnxFuzz", "src/cli/src/test/resources/fuzz/onnx"),
  STATE("dev.millrace.prequential.StateFuzz", "src/cli/src/test/resources/fuzz/state"),
  CHUNK("dev.millrace.flink.ChunkFuzz", "src/cli/src/test/resources/fuzz/chunk"),
  MODELS("dev.millrace.codec.models.ModelsFuzz", "src/cli/src/test/resources/fuzz/models"),
  RECORDS("dev.millrace.cli.serve.RecordsFuzz", "src/cli/src/test/resources/fuzz/records"),
  HTTP("dev.millrace.cli.serve.HttpFuzz", "src/cli/src/test/resources/fuzz/http");

  private static final Path STATES = Path.of("src/core/src/test/resources/state/train-state");

  private final String target;
  private final Path corpus;

  FuzzTargets(String target, String corpus) {
    this.target = target;
    this.corpus = Path.of(corpus);
  }

  /** The name of a class with a method {@code fuzzerTestOneInput(byte[])}. */
  public String target() {
    return target;
  }

  /** Where the committed inputs are; for the state also what released versions have written. */
  public List<Path> folders() {
    return this == STATE ? List.of(corpus, STATES) : List.of(corpus);
  }

  /** The committed inputs. */
  public List<Path> inputs() {
    return folders().stream().flatMap(FuzzTargets::files).sorted().toList();
  }

  private static Stream<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Stream.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".sha256"))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
