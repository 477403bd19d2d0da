/**
 * The members of a mixture, each of which predicts rows and learns them; their plans and the
 * catalogue of these. A member knows rows, and no other member.
 */
@NullMarked
package dev.millrace.nn.auto.members;

import org.jspecify.annotations.NullMarked;
