/** Features computed from the earlier records of a model key. */
@NullMarked
package dev.millrace.derived;

import org.jspecify.annotations.NullMarked;
