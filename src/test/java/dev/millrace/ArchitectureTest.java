package dev.millrace;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the packages point one way, and the core is free of Flink, Kafka and Avro. */
@AnalyzeClasses(packages = "dev.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String JDK = "java..";

  @ArchTest
  static final ArchRule dataUsesTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("dev.millrace.data")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.millrace.data", JDK);

  @ArchTest
  static final ArchRule simdUsesTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("dev.millrace.simd")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.simd", "jdk.incubator.vector", "com.sun.management", JDK);

  @ArchTest
  static final ArchRule nnUsesDataAndSimd =
      classes()
          .that()
          .resideInAPackage("dev.millrace.nn")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.millrace.nn", "dev.millrace.data", "dev.millrace.simd", JDK);

  @ArchTest
  static final ArchRule contestUsesNn =
      classes()
          .that()
          .resideInAPackage("dev.millrace.nn.contest")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.nn.contest",
              "dev.millrace.nn",
              "dev.millrace.data",
              "dev.millrace.simd",
              JDK);

  @ArchTest
  static final ArchRule autoUsesNn =
      classes()
          .that()
          .resideInAPackage("dev.millrace.nn.auto")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.nn.auto",
              "dev.millrace.nn.contest",
              "dev.millrace.nn",
              "dev.millrace.data",
              "dev.millrace.simd",
              JDK);

  @ArchTest
  static final ArchRule evalUsesData =
      classes()
          .that()
          .resideInAPackage("dev.millrace.eval..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.millrace.eval..", "dev.millrace.data", JDK);

  @ArchTest
  static final ArchRule theEngineUsesTheCoreAlone =
      classes()
          .that()
          .resideInAPackage("dev.millrace.prequential")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.prequential",
              "dev.millrace.nn..",
              "dev.millrace.eval..",
              "dev.millrace.data",
              "dev.millrace.simd",
              JDK);

  @ArchTest
  static void packagesOfTheCoreFormNoCycle(JavaClasses all) {
    JavaClasses core =
        all.that(
            resideInAnyPackage(
                "dev.millrace.simd",
                "dev.millrace.nn..",
                "dev.millrace.eval..",
                "dev.millrace.data",
                "dev.millrace.prequential"));
    slices().matching("dev.millrace.(**)").should().beFreeOfCycles().check(core);
  }

  @ArchTest
  static final ArchRule codecKnowsNoFlinkAndNoKafka =
      classes()
          .that()
          .resideInAPackage("dev.millrace.codec")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.millrace.codec",
              "dev.millrace.data",
              "dev.millrace.nn",
              "dev.millrace.eval..",
              "dev.millrace.prequential",
              "org.apache.avro..",
              "com.fasterxml.jackson..",
              "ai.onnx.proto",
              "com.google.protobuf",
              "javax.net.ssl",
              JDK);

  @ArchTest
  static final ArchRule flinkDoesNotKnowSettingsOrCommands =
      noClasses()
          .that()
          .resideInAPackage("dev.millrace.flink")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.millrace", "dev.millrace.cli");

  @ArchTest
  static final ArchRule theJobDoesNotKnowTheCommands =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.millrace.cli")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.millrace.cli");

  @ArchTest
  static final ArchRule oneClassTouchesTheBroker =
      noClasses()
          .that()
          .doNotHaveSimpleName("EmbeddedKafka")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..");
}
