/** What the servers share: access, limits and threads. */
package dev.millrace.cli.http;
