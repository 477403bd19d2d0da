/** The command {@code run}: the job in this process, its state directory, snapshots and lease. */
package dev.millrace.cli.run;
