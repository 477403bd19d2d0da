/**
 * Drift detectors: they watch one number of each example of a key, its error or loss, and signal
 * when it has risen.
 *
 * <p>All of them drop what came before a drift, keep what they know in their state, and give the
 * same signals for the same numbers on every machine. None of them signals a fall.
 *
 * <table>
 * <caption>What each of them is made for</caption>
 * <tr><th>Detector<th>Watches<th>Source
 * <tr><td>ADWIN<td>any bounded number, rise of the mean<td>Bifet and Gavaldà, 2007
 * <tr><td>DDM<td>errors, sudden rise<td>Gama et al., 2004
 * <tr><td>EDDM<td>errors, slow rise<td>Baena-García et al., 2006
 * <tr><td>HDDM-A<td>numbers of 0 to 1, rise of the mean<td>Frías-Blanco et al., 2015
 * <tr><td>Page-Hinkley<td>any number, rise of the mean<td>Page, 1954; Mouss et al., 2004
 * <tr><td>KSWIN<td>any number, change of the distribution with a higher mean<td>Raab et al., 2020
 * </table>
 */
package dev.millrace.eval.drift;
