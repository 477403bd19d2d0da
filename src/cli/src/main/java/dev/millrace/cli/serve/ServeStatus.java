package dev.millrace.cli.serve;

/**
 * State of the connection to the models topic.
 *
 * @param ready true once the topic has been read to the end that it had at the start
 * @param connected true if the brokers answered at the last check, and had the topic
 * @param remaining number of records of the topic that are not yet read; -1 if it is not known
 * @param dropped number of new models whose parts did not fit in memory
 * @param incomplete number of keys whose newest model lacks records
 */
record ServeStatus(boolean ready, boolean connected, long remaining, long dropped, int incomplete) {
  String starting() {
    return "the models topic is still being read"
        + (remaining < 0 ? "" : "; %,d records remain".formatted(remaining));
  }
}
