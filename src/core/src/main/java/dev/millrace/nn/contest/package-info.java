/**
 * Several models of one key that learn the same examples, of which one answers.
 *
 * <p>{@link dev.millrace.nn.contest.Contest} is itself an online model. What it compares, and when
 * a challenger becomes champion, is described in {@link dev.millrace.nn.contest.Duel}.
 */
package dev.millrace.nn.contest;
