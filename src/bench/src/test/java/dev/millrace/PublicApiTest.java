package dev.millrace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.millrace.data.PublicApi;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Programs that use only the public API see no type that may change without notice. */
@AnalyzeClasses(packages = "dev.millrace", importOptions = ArchitectureTest.WithoutTests.class)
class PublicApiTest {
  private static final DescribedPredicate<JavaClass> PUBLIC_API =
      DescribedPredicate.describe("are public API", PublicApiTest::isPublicApi);

  @ArchTest
  static final ArchRule markedTypesAreVisible =
      classes().that().areAnnotatedWith(PublicApi.class).should().bePublic();

  @ArchTest
  static final ArchRule signaturesNamePublicApiAlone =
      classes().that(PUBLIC_API).should(namePublicApiAlone());

  @ArchTest
  static final ArchRule commandsAndBenchmarksAreInternal =
      classes()
          .that(PUBLIC_API)
          .should()
          .resideOutsideOfPackages("dev.millrace.cli..", "dev.millrace.bench..");

  @Test
  void anInternalTypeInASignatureIsReported() {
    JavaClasses sample = new ClassFileImporter().importClasses(Sample.class, Internal.class);

    assertThat(signaturesNamePublicApiAlone.evaluate(sample).getFailureReport().getDetails())
        .singleElement()
        .asString()
        .contains("Sample.shown()", "Internal, which is internal. Mark it with @PublicApi");
  }

  /** What the rule must find. */
  public static class Internal {}

  /** What the rule must look at. */
  @PublicApi
  public static class Sample {
    Internal hidden() {
      return new Internal();
    }

    public Internal shown() {
      return hidden();
    }
  }

  private static ArchCondition<JavaClass> namePublicApiAlone() {
    return new ArchCondition<>("name only public API in what they show") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!type.getModifiers().contains(JavaModifier.PUBLIC)) {
          return;
        }
        type.getRawSuperclass().ifPresent(parent -> require(parent, type.getName(), events));
        type.getRawInterfaces().forEach(parent -> require(parent, type.getName(), events));
        for (JavaMember member : type.getMembers()) {
          if (isVisible(member)) {
            named(member).forEach(used -> require(used, member.getFullName(), events));
          }
        }
      }
    };
  }

  private static Set<JavaClass> named(JavaMember member) {
    if (member instanceof JavaField field) {
      return field.getAllInvolvedRawTypes();
    }
    JavaCodeUnit code = (JavaCodeUnit) member;
    Set<JavaClass> named = new HashSet<>(code.getAllInvolvedRawTypes());
    named.addAll(code.getExceptionTypes());
    return named;
  }

  private static void require(JavaClass used, String user, ConditionEvents events) {
    boolean isOurs = used.getPackageName().startsWith("dev.millrace");
    // A package-private parent shows only its members, which are those of the class itself.
    if (isOurs && used.getModifiers().contains(JavaModifier.PUBLIC) && !isPublicApi(used)) {
      events.add(
          SimpleConditionEvent.violated(
              used,
              user
                  + " shows "
                  + used.getName()
                  + ", which is internal. Mark it with @PublicApi, or hide the member."));
    }
  }

  private static boolean isVisible(JavaMember member) {
    Set<JavaModifier> modifiers = member.getModifiers();
    return !modifiers.contains(JavaModifier.SYNTHETIC)
        && (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED));
  }

  private static boolean isPublicApi(JavaClass type) {
    JavaClass component = type.getBaseComponentType();
    return component.isAnnotatedWith(PublicApi.class)
        || component.getEnclosingClass().map(PublicApiTest::isPublicApi).orElse(false);
  }
}
