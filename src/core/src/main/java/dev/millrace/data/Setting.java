package dev.millrace.data;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a component of a specification as an option of the pipeline file. Its default, how it is
 * read and checked, and its line in docs/reference/pipeline.md follow.
 *
 * <p>An option that all records of a sealed interface share is declared once, on the method of the
 * interface, and precedes the others.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
public @interface Setting {
  /** The interval of all 64-bit numbers. */
  String ANY_LONG = "[" + Long.MIN_VALUE + ", " + Long.MAX_VALUE + "]";

  /** What a text must be that names a field of a record. */
  String FIELD = "the name of a field";

  /** The form of a text of any length. */
  String ANY_TEXT = "(?s).+";

  /** The form of a text, if a setting names no other. */
  String TEXT = "(?s).{1,1000}";

  /** Returns the default as the pipeline file writes it; empty for none. */
  String value() default "";

  /** Returns the default in words, where the value alone would not explain it. */
  String shown() default "";

  /** Returns a line with the option, if it is required. */
  String example() default "";

  /**
   * Returns the allowed values: an interval such as {@code [0, 1)} or {@code [1s, 7d] or off}, or
   * the constants of an enum in their order; empty for all values of the type. Of a text what it
   * must be, in words, or {@code [1, 8] characters}; of a list of texts their number and what they
   * are, such as {@code [2, 100] classes}.
   */
  String in() default "";

  /** Returns the regular expression of a text. */
  String pattern() default TEXT;

  /** Returns true if an invalid value is not shown, because it may contain a secret. */
  boolean hidden() default false;

  /** Returns the name of the option; empty for that of the component, with hyphens. */
  String name() default "";

  /** Returns one line for the reference. */
  String doc();

  /** Names one record of a sealed interface, which a pipeline file selects by the name. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface Kind {

    /** Returns the name in pipeline files. */
    String value();

    /** Returns one or two sentences for the reference. */
    String doc();
  }
}
