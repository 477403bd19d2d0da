#!/usr/bin/env python3
"""Readings of 24 pumps as CSV on standard output: 12 days, a row per pump every 15 minutes. Always the same.

    readings.py > readings.csv

Each pump has levels of its own: its temperature and vibration at rest, and how both rise with the load,
which follows the hours of the day. Levels creep up with wear, and jump when a sensor is replaced.
A fault begins small: within some hours the pump shakes and heats more than it did, and shakes less evenly.
The readings of a faulty pump are those of a healthy one next to it. The state is what the inspection
finds later.
"""
import math
import random
from datetime import datetime, timedelta, timezone

PUMPS = 24
DAYS = 12
A_DAY = 96
FAULTS_A_DAY = 0.2
SENSORS_A_DAY = 0.05
START = datetime(2026, 3, 1, tzinfo=timezone.utc)


class Pump:
    def __init__(self, number):
        self.name = "pump-%02d" % number
        self.random = rng = random.Random(1000 + number)
        self.temperature = rng.uniform(30, 70)
        self.vibration = rng.uniform(1, 6)
        self.heating = rng.uniform(3, 12)
        self.shaking = rng.uniform(0.2, 1)
        self.wear = rng.uniform(0, 0.06)  # of vibration, a day
        self.early = rng.uniform(-2, 2)  # hours that its day begins sooner than others'
        self.busy = 0.0
        self.since = None  # steps since a fault began
        self.lasts = 0

    def reading(self, step):
        rng = self.random
        hour = step * 24 / A_DAY
        self.busy = 0.9 * self.busy + rng.gauss(0, 0.04)
        load = min(1, max(0.05, 0.55 + 0.3 * math.sin((hour + self.early - 8) * math.pi / 12) + self.busy))
        if rng.random() < SENSORS_A_DAY / A_DAY:
            self.vibration += rng.gauss(0, 0.4)
        if self.since is None and rng.random() < FAULTS_A_DAY / A_DAY:
            self.since, self.lasts = 0, rng.randint(16, 64)
        grown = 0.0
        if self.since is not None:
            grown = min(1, (self.since + 1) / 12)
            self.since += 1
        state = "ok" if self.since is None else "fault"
        if self.since == self.lasts:
            self.since = None
        vibration = (self.vibration + self.wear * hour / 24 + self.shaking * load + 0.4 * grown
                     + rng.gauss(0, 0.1 + 0.25 * grown))
        temperature = self.temperature + self.heating * load + 2 * grown + rng.gauss(0, 0.8)
        return load, temperature, vibration, state


def main():
    pumps = [Pump(number) for number in range(PUMPS)]
    print("time,pump,load,temperature,vibration,state")
    for step in range(DAYS * A_DAY):
        at = START + timedelta(days=step / A_DAY)
        for pump in pumps:
            print("%s,%s,%.3f,%.2f,%.3f,%s" % ((at.strftime("%Y-%m-%dT%H:%M:%SZ"), pump.name) + pump.reading(step)))


if __name__ == "__main__":
    main()
