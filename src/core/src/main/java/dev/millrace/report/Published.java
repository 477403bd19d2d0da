package dev.millrace.report;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a component of a record as a field of a topic, named in {@code lower_snake_case}. Its
 * JSON, its columns in CSV and SQL, and its line in docs/asyncapi.yaml follow; see {@link
 * PublishedField}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Published {
  /** Returns one line for the schema; empty if {@link #schema} has it. */
  String doc() default "";

  /** Returns the name of its schema in docs/asyncapi.yaml; empty for that of its type. */
  String schema() default "";

  /** Returns true if the field is left out while it is null or false. */
  boolean optional() default false;

  /** Returns true if tables have a column of it. */
  boolean column() default false;
}
