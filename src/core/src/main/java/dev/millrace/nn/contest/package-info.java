/**
 * Several models of one key that learn the same examples, of which one answers.
 *
 * <p>{@link dev.millrace.nn.contest.ChampionChallenger} is itself an online model. What it
 * compares, and when a challenger becomes champion, is described in {@link
 * dev.millrace.nn.contest.SequentialTest}.
 */
package dev.millrace.nn.contest;
