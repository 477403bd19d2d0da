#!/usr/bin/env python3
"""Hourly sales of 3 shops as CSV on standard output: 60 days, a row per shop and hour. Always the same.

    sales.py > sales.csv

Sales follow the hour of the day and the day of the week, grow slowly, and fall when the price rises.
"""
import datetime
import random

SHOPS = {"lemon": 20, "plum": 60, "olive": 35}
DAYS = 60
START = datetime.datetime(2026, 9, 7)


def main():
    draw = random.Random(7)
    print("hour,shop,price,sold")
    for number in range(24 * DAYS):
        time = START + datetime.timedelta(hours=number)
        by_hour = max(0, 14 - abs(time.hour - 15)) / 14
        by_day = 1.6 if time.weekday() >= 5 else 1.0
        for shop, size in SHOPS.items():
            price = 1.8 if (number // 72 + size) % 4 == 0 else 2.4
            mean = size * by_hour * by_day * (1 + number / 4000) * (1.4 if price < 2 else 1)
            sold = max(0, round(draw.gauss(mean, 1 + mean / 12)))
            print("%s,%s,%.1f,%d" % (time.strftime("%Y-%m-%dT%H:%M:%SZ"), shop, price, sold))


if __name__ == "__main__":
    main()
