/** Random ferns: tables of weights that the answers to random questions select. */
@NullMarked
package dev.millrace.nn.ferns;

import org.jspecify.annotations.NullMarked;
