/** Records as JSON: metrics, predictions, events, summaries, commands and answers. */
package dev.millrace.codec.json;
