package dev.millrace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

/** The arrows between the packages point one way, and the core is free of Flink, Kafka and Avro. */
@AnalyzeClasses(packages = "dev.millrace", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {
  private static final String JDK = "java..";
  private static final String NULLNESS = "org.jspecify.annotations";

  /** Leaves out the tests of this module, and those of the others in their jars. */
  static final class WithoutTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule dataUsesTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("dev.millrace.data")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.millrace.data", JDK, NULLNESS);

  @ArchTest
  static final ArchRule specificationsUseData =
      classes()
          .that()
          .resideInAPackage("dev.millrace.input")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.millrace.input", "dev.millrace.data", JDK, NULLNESS);

  @ArchTest
  static final ArchRule reportsUseData =
      classes()
          .that()
          .resideInAPackage("dev.millrace.report")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.millrace.report", "dev.millrace.data", JDK, NULLNESS);

  @ArchTest
  static final ArchRule simdUsesTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("dev.millrace.simd")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.simd", "jdk.incubator.vector", "com.sun.management", JDK, NULLNESS);

  @ArchTest
  static final ArchRule stateUsesData =
      classes()
          .that()
          .resideInAPackage("dev.millrace.state")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.state",
              "dev.millrace.data",
              "dev.millrace.input",
              "dev.millrace.report",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule specificationsKnowNoModels =
      classes()
          .that()
          .resideInAPackage("dev.millrace.nn.spec")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.nn.spec",
              "dev.millrace.nn.loss",
              "dev.millrace.data",
              "dev.millrace.input",
              "dev.millrace.simd",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule nnUsesDataAndSimd =
      classes()
          .that()
          .resideInAPackage("dev.millrace.nn")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.nn",
              "dev.millrace.nn.spec",
              "dev.millrace.nn.stored",
              "dev.millrace.nn.loss",
              "dev.millrace.data",
              "dev.millrace.input",
              "dev.millrace.report",
              "dev.millrace.simd",
              "dev.millrace.state",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule selectionUsesNn =
      classes()
          .that()
          .resideInAPackage("dev.millrace.nn.selection")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.nn.selection",
              "dev.millrace.nn.loss",
              "dev.millrace.nn",
              "dev.millrace.nn.spec",
              "dev.millrace.nn.stored",
              "dev.millrace.data",
              "dev.millrace.input",
              "dev.millrace.report",
              "dev.millrace.simd",
              "dev.millrace.state",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule autoUsesNn =
      classes()
          .that()
          .resideInAPackage("dev.millrace.nn.auto..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.nn.auto..",
              "dev.millrace.nn.experts",
              "dev.millrace.nn.ferns",
              "dev.millrace.nn.ids",
              "dev.millrace.nn.loss",
              "dev.millrace.nn.nominal",
              "dev.millrace.nn.selection",
              "dev.millrace.nn.tails",
              "dev.millrace.nn.trees",
              "dev.millrace.nn",
              "dev.millrace.nn.spec",
              "dev.millrace.nn.stored",
              "dev.millrace.data",
              "dev.millrace.input",
              "dev.millrace.report",
              "dev.millrace.simd",
              "dev.millrace.state",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule evalUsesData =
      classes()
          .that()
          .resideInAPackage("dev.millrace.eval..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.eval..",
              "dev.millrace.data",
              "dev.millrace.input",
              "dev.millrace.report",
              "dev.millrace.state",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule theEngineUsesTheCoreAlone =
      classes()
          .that()
          .resideInAPackage("dev.millrace.prequential..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.prequential..",
              "dev.millrace.nn..",
              "dev.millrace.eval..",
              "dev.millrace.derived",
              "dev.millrace.explain",
              "dev.millrace.forecast",
              "dev.millrace.data",
              "dev.millrace.input",
              "dev.millrace.report",
              "dev.millrace.simd",
              "dev.millrace.state",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("dev.millrace.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule codecKnowsNoFlinkAndNoKafka =
      classes()
          .that()
          .resideInAnyPackage("dev.millrace.codec..", "dev.millrace.onnx")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.codec..",
              "dev.millrace.onnx",
              "dev.millrace.data",
              "dev.millrace.input",
              "dev.millrace.report",
              "dev.millrace.nn",
              "dev.millrace.nn.spec",
              "dev.millrace.nn.stored",
              "dev.millrace.eval..",
              "dev.millrace.prequential..",
              "org.apache.avro..",
              "org.slf4j",
              "com.fasterxml.jackson..",
              "ai.onnx.proto",
              "com.google.protobuf",
              "javax.net.ssl",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule kafkaKnowsNoFlink =
      classes()
          .that()
          .resideInAPackage("dev.millrace.kafka")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.kafka",
              "dev.millrace.data",
              "org.apache.kafka..",
              "org.slf4j",
              "com.fasterxml.jackson..",
              JDK,
              NULLNESS);

  @ArchTest
  static final ArchRule operatorsKnowNoSettingsAndNoGraph =
      noClasses()
          .that()
          .resideInAPackage("dev.millrace.flink..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.millrace", "dev.millrace.config..");

  @ArchTest
  static final ArchRule theJobDoesNotKnowTheCommands =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.millrace.cli..", "dev.millrace.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.millrace.cli..", "dev.millrace.bench..");

  @ArchTest
  static final ArchRule nobodyButTheBenchmarksKnowsTheTables =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.millrace.table", "dev.millrace.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.millrace.table");

  @ArchTest
  static final ArchRule nobodyKnowsTheBenchmarks =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.millrace.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.millrace.bench..");

  @ArchTest
  static final ArchRule oneClassTouchesTheBroker =
      noClasses()
          .that()
          .doNotHaveSimpleName("EmbeddedKafka")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..");

  @ArchTest
  static final ArchRule whatMayBeNullIsAnnotated =
      classes()
          .that()
          .haveSimpleName("package-info")
          .should()
          .beAnnotatedWith(NullMarked.class)
          .because("NullAway checks the packages that are marked");
}
