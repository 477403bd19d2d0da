#!/usr/bin/env python3
"""Card payments of six weeks as CSV on standard output, in the order of time. Always the same.

    cards.py > cards.csv

400 cards pay a few times a day. Now and then a card is stolen: the thief pays five to nine times within
minutes, amounts as everybody pays them. No single payment gives that away, only how often and how soon
the card is used again.
"""
import random
from datetime import datetime, timedelta, timezone

CARDS = 400
DAYS = 42
PAYMENTS_A_DAY = 1.2
THEFTS = 160
START = datetime(2026, 9, 1, tzinfo=timezone.utc)


def amount(rng):
    return rng.lognormvariate(3.4, 0.8)


def main():
    rng = random.Random(7)
    rows = []
    for card in range(CARDS):
        for day in range(DAYS):
            for _ in range(int(rng.expovariate(1 / PAYMENTS_A_DAY) + 0.5)):
                second = day * 86_400 + min(86_399, max(0, int(rng.gauss(50_000, 15_000))))
                rows.append((second, card, amount(rng), "ok"))
    for _ in range(THEFTS):
        card = rng.randrange(CARDS)
        second = rng.randrange(DAYS * 86_400 - 3_600)
        for _ in range(rng.randint(5, 9)):
            rows.append((second, card, amount(rng), "fraud"))
            second += rng.randint(20, 240)
    print("at,card,amount,verdict")
    for second, card, value, verdict in sorted(rows):
        at = START + timedelta(seconds=second)
        print("%s,c-%03d,%.2f,%s" % (at.strftime("%Y-%m-%dT%H:%M:%SZ"), card, value, verdict))


if __name__ == "__main__":
    main()
