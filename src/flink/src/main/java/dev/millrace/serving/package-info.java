/** Predictions of published models: follows a models topic and keeps the newest of each key. */
@NullMarked
package dev.millrace.serving;

import org.jspecify.annotations.NullMarked;
