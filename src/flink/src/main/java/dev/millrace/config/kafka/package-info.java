/** Client properties: their options, checks and secrets. */
@NullMarked
package dev.millrace.config.kafka;

import org.jspecify.annotations.NullMarked;
