/** HTTP service of the commands that listen: access, limits, threads and answers. */
@NullMarked
package dev.millrace.cli.http;

import org.jspecify.annotations.NullMarked;
