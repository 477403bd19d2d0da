#!/usr/bin/env python3
"""Readings of 20 pumps as CSV on standard output: 250 hours, a row per pump and hour. Always the same.

    readings.py > readings.csv

Every pump has its own normal: its temperature and vibration at rest, how both rise with the load, and
what a fault looks like. In half of the pumps a worn bearing shakes; in the others a blocked filter heats.
The numbers of a healthy pump are often those of a faulty one next to it.
"""
import random

PUMPS = 20
HOURS = 250


class Pump:
    def __init__(self, number):
        self.name = "pump-%02d" % number
        self.random = random.Random(1000 + number)
        self.temperature = self.random.uniform(30, 70)
        self.vibration = self.random.uniform(1, 6)
        self.heating = self.random.uniform(5, 25)
        self.shaking = self.random.uniform(0.5, 3)
        self.has_bearing_faults = number % 2 == 0
        self.faulty = False

    def reading(self, hour):
        # A fault lasts for some hours: what was true an hour ago says much about now.
        self.faulty = self.random.random() < (0.7 if self.faulty else 0.04)
        load = self.random.uniform(0.2, 1)
        temperature = self.temperature + self.heating * load + self.random.gauss(0, 1)
        vibration = self.vibration + self.shaking * load + self.random.gauss(0, 0.15)
        if self.faulty and self.has_bearing_faults:
            vibration += 0.8 + 0.6 * load
        elif self.faulty:
            temperature += 5 + 4 * load
        return "2026-03-%02dT%02d:00:00Z,%s,%.3f,%.2f,%.3f,%s" % (
            1 + hour // 24, hour % 24, self.name, load, temperature, vibration,
            "fault" if self.faulty else "ok")


def main():
    pumps = [Pump(number) for number in range(PUMPS)]
    print("time,pump,load,temperature,vibration,state")
    for hour in range(HOURS):
        for pump in pumps:
            print(pump.reading(hour))


if __name__ == "__main__":
    main()
