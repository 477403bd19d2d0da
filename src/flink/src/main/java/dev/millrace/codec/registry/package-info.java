/** Client of a schema registry, with limits, retries and a cache. */
@NullMarked
package dev.millrace.codec.registry;

import org.jspecify.annotations.NullMarked;
