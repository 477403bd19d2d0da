package dev.millrace.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

class KernelFloorsTest {

  @Test
  void everyBenchmarkOfAKernelHasAFloor() {
    List<String> benchmarks = new ArrayList<>();
    for (Class<?> type :
        List.of(MatrixBenchmark.class, ActivationBenchmark.class, UpdateBenchmark.class)) {
      for (Method method : type.getDeclaredMethods()) {
        boolean kernel = !method.getName().equals("peak");
        if (kernel && method.isAnnotationPresent(Benchmark.class)) {
          benchmarks.add(type.getSimpleName() + "." + method.getName());
        }
      }
    }

    assertThat(KernelFloor.ALL)
        .extracting(KernelFloor::benchmark)
        .containsExactlyInAnyOrderElementsOf(benchmarks);
  }
}
