/** The command {@code run}: the job in this process, its state directory, snapshots and lease. */
@NullMarked
package dev.millrace.cli.run;

import org.jspecify.annotations.NullMarked;
