#!/usr/bin/env python3
"""Card payments at four shops as CSV on standard output: 12,000 rows in the order of time. Always the same.

    payments.py > payments.csv

One payment in 25 is a fraud. What gives it away differs from shop to shop: small amounts at night that try
out a stolen number, dear first orders, a card from abroad. After two thirds of the payments those who rob the
electronics shop change their habits: first they buy dear things as new customers, then middling ones
with the accounts of old customers, from abroad.
"""
import random

PAYMENTS = 12_000
SHOPS = ["groceries", "electronics", "tickets", "fashion"]
USUAL = {"groceries": 35, "electronics": 240, "tickets": 80, "fashion": 60}


def fraud(shop, late, rng):
    """Amount, hour, country, whether it is a first order."""
    night = rng.choice([0, 1, 2, 3, 4, 23])
    if shop == "groceries":
        return rng.uniform(0.5, 6), night, "home", rng.random() < 0.3
    if shop == "electronics" and not late:
        return rng.uniform(500, 1500), rng.randrange(24), "home", True
    if shop == "electronics":
        return rng.uniform(250, 600), rng.randrange(24), rng.choice(["near", "far"]), False
    if shop == "tickets":
        return rng.uniform(60, 300), rng.randrange(24), "far", rng.random() < 0.5
    return rng.uniform(80, 300), night, rng.choice(["near", "far"]), True


def honest(shop, rng):
    amount = rng.lognormvariate(0, 0.7) * USUAL[shop]
    hour = min(23, max(0, int(rng.gauss(15, 4.5))))
    country = rng.choices(["home", "near", "far"], [85, 11, 4])[0]
    return amount, hour, country, rng.random() < 0.25


def main():
    rng = random.Random(20)
    print("payment,shop,amount,hour,country,first_order,verdict")
    for number in range(PAYMENTS):
        shop = rng.choice(SHOPS)
        is_fraud = rng.random() < 0.04
        late = number > PAYMENTS * 2 / 3
        amount, hour, country, first = fraud(shop, late, rng) if is_fraud else honest(shop, rng)
        print("p-%05d,%s,%.2f,%d,%s,%s,%s" % (
            number, shop, amount, hour, country, "true" if first else "false",
            "fraud" if is_fraud else "ok"))


if __name__ == "__main__":
    main()
