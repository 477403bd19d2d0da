/** CSV files: separator, columns, features and examples. */
@NullMarked
package dev.millrace.cli.csv;

import org.jspecify.annotations.NullMarked;
