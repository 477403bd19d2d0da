/**
 * Drift detectors: they watch one number per example of a key, its error or loss, and signal a
 * rise.
 *
 * <p>All drop the numbers before a drift, keep their state in the key's state, and signal the same
 * for equal numbers on every machine. None signals a fall.
 *
 * <table>
 * <caption>Detectors and what they are made for</caption>
 * <tr><th>Detector<th>Watches<th>Source
 * <tr><td>ADWIN<td>any bounded number, rise of the mean<td>Bifet and Gavaldà, 2007
 * <tr><td>DDM<td>errors, sudden rise<td>Gama et al., 2004
 * <tr><td>EDDM<td>errors, slow rise<td>Baena-García et al., 2006
 * <tr><td>HDDM-A<td>numbers of 0 to 1, rise of the mean<td>Frías-Blanco et al., 2015
 * <tr><td>Page-Hinkley<td>any number, rise of the mean<td>Page, 1954; Mouss et al., 2004
 * <tr><td>KSWIN<td>any number, change of the distribution with a higher mean<td>Raab et al., 2020
 * </table>
 */
@NullMarked
package dev.millrace.eval.drift;

import org.jspecify.annotations.NullMarked;
