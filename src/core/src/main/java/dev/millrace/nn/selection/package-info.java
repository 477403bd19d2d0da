/**
 * Several models of one key that learn the same examples, of which one answers.
 *
 * <p>{@link dev.millrace.nn.selection.ChampionChallenger} is itself an online model. What it
 * compares, and when a challenger becomes champion, is described in {@link
 * dev.millrace.nn.selection.SequentialTest}.
 */
@NullMarked
package dev.millrace.nn.selection;

import org.jspecify.annotations.NullMarked;
