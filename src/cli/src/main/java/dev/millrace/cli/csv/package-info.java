/** CSV files: separator, columns, features and examples. */
package dev.millrace.cli.csv;
