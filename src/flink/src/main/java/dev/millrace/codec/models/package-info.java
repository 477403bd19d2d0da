/** Published models as records of the models topic, in parts and segments. */
@NullMarked
package dev.millrace.codec.models;

import org.jspecify.annotations.NullMarked;
