#!/usr/bin/env python3
"""Sends the rows of a CSV file as Avro examples, with confluent-kafka and nothing else.

    produce.py payments.csv --topic shops.examples --label class --key shop --bootstrap localhost:9092

Every other column must be a number. The value of a record is Avro's single-object encoding: the bytes
C3 01, the fingerprint of schemas/training_example.avsc, the record.
"""
import argparse
import csv
import struct
import time

from confluent_kafka import Producer

# CRC-64-AVRO of the schema's canonical form, little-endian; a test of the project compares it.
HEADER = bytes.fromhex("c301") + bytes.fromhex("e283ccefc77fc755")


def varint(n):
    n = (n << 1) ^ (n >> 63)
    out = bytearray()
    while n > 0x7F:
        out.append((n & 0x7F) | 0x80)
        n >>= 7
    return bytes(out + bytes([n]))


def string(text):
    data = text.encode()
    return varint(len(data)) + data


def example(event_id, key, ts, label, features):
    """An example of a class. For regression, the label is varint(1) + struct.pack("<d", number)."""
    n = len(features)
    return b"".join([
        HEADER, string(event_id), string(key), varint(ts),
        varint(2) + string(label),
        struct.pack("<f", 1.0),
        varint(n) + struct.pack("<%df" % n, *features) + b"\0",  # features
        b"\0",  # missing: none
        b"\0",  # attributes: none
    ])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("csv")
    p.add_argument("--label", required=True)
    p.add_argument("--key", required=True)
    p.add_argument("--bootstrap", default="localhost:9092")
    p.add_argument("--topic", required=True, help="such as shops.examples, for the pipeline shops")
    a = p.parse_args()
    producer = Producer({
        "bootstrap.servers": a.bootstrap, "acks": "all", "enable.idempotence": True,
        # A broker before Kafka 4.5 may lose the first records of a new topic otherwise.
        "max.in.flight.requests.per.connection": 1,
    })
    refused = []

    def told(error, _):
        if error is not None:
            refused.append(error)

    start, sent = int(time.time() * 1000), 0
    with open(a.csv, newline="") as f:
        for i, row in enumerate(csv.DictReader(f)):
            label, key = row.pop(a.label), row.pop(a.key)
            value = example("row-%d" % i, key, start + i, label, [float(v) for v in row.values()])
            while True:
                try:
                    producer.produce(a.topic, value, key, on_delivery=told)
                    break
                except BufferError:  # 100,000 wait to be sent
                    producer.poll(0.1)
            producer.poll(0)
            sent += 1
    producer.flush()
    if refused:
        raise SystemExit("%d of %d examples were not sent: %s" % (len(refused), sent, refused[0]))
    print("Sent %d examples to topic %s." % (sent, a.topic))


if __name__ == "__main__":
    main()
