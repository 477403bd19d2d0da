/** The client of a schema registry: connections, limits, and schemas by id. */
package dev.millrace.codec.registry;
