/** The command {@code dlq}: shows and replays dead letters. */
package dev.millrace.cli.deadletters;
