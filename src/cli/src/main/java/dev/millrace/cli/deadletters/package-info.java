/** The command {@code dlq}: shows and replays dead letters. */
@NullMarked
package dev.millrace.cli.deadletters;

import org.jspecify.annotations.NullMarked;
