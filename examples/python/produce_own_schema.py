#!/usr/bin/env python3
"""Sends 1,000 payments of a schema of one's own, with confluent-kafka and avro (Debian: python3-avro).

    produce_own_schema.py localhost:9092

The value of a record is Avro's single-object encoding, which names the schema by its fingerprint: no
registry is needed. payments.yaml beside this file says which fields are features, key and label.
"""
import io
import pathlib
import random
import sys
import time

import avro.io
import avro.schema
from confluent_kafka import Producer

SCHEMA = avro.schema.parse((pathlib.Path(__file__).parent / "payment.avsc").read_text())
# CRC-64-AVRO of the schema's canonical form, little-endian. (Of fields with a logicalType this library makes
# another form than Java's; a plain long will do for a time.)
HEADER = b"\xc3\x01" + SCHEMA.fingerprint("CRC-64-AVRO")


def encode(payment):
    value = io.BytesIO()
    value.write(HEADER)
    avro.io.DatumWriter(SCHEMA).write(payment, avro.io.BinaryEncoder(value))
    return value.getvalue()


def payments():
    draw = random.Random(7)
    now = int(time.time() * 1000)
    for i in range(1000):
        amount = round(draw.expovariate(1 / 40), 2)
        card = draw.choice(["VISA", "MASTERCARD", "AMEX"])
        yield {
            "shop": "shop-%d" % (i % 2),
            "paid_at": now - 1000 + i,
            "amount": amount,
            "age_days": None if i % 7 == 0 else draw.randrange(2000),
            "card": card,
            "verdict": "fraud" if amount > 60 and card == "AMEX" else "ok",
        }


def main():
    producer = Producer({
        "bootstrap.servers": sys.argv[1], "acks": "all", "enable.idempotence": True,
        # A broker before Kafka 4.5 may lose the first records of a new topic otherwise.
        "max.in.flight.requests.per.connection": 1,
    })
    refused = []

    def told(error, _):
        if error is not None:
            refused.append(error)

    for payment in payments():
        producer.produce("payments", encode(payment), payment["shop"], on_delivery=told)
        producer.poll(0)
    producer.flush()
    if refused:
        raise SystemExit("%d payments were not sent: %s" % (len(refused), refused[0]))
    print("Sent 1000 payments to topic payments.")


if __name__ == "__main__":
    main()
