/** Decision trees that grow with the stream. */
@NullMarked
package dev.millrace.nn.trees;

import org.jspecify.annotations.NullMarked;
