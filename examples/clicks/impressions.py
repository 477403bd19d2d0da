#!/usr/bin/env python3
"""Generates impressions of advertisements, always the same ones: a CSV file on standard output.

Whether one is clicked depends on the user's taste, the quality of the ad and of the site, how the
topic of the ad fits the site, and above all whether the words of the query are about it.
"""

import csv
import math
import random
import sys

IMPRESSIONS, USERS, ADS, SITES, TOPICS, KINDS = 30_000, 8_000, 600, 200, 30, 8
chance = random.Random(5)


def zipf(count, steepness):
    return [1 / rank**steepness for rank in range(1, count + 1)]


def spread(count, deviation):
    return [chance.gauss(0, deviation) for _ in range(count)]


user_weights, ad_weights, site_weights = zipf(USERS, 0.7), zipf(ADS, 0.8), zipf(SITES, 0.9)
taste, quality, place = spread(USERS, 0.6), spread(ADS, 0.9), spread(SITES, 0.6)
interest = [chance.randrange(TOPICS) for _ in range(USERS)]
topic = [chance.randrange(TOPICS) for _ in range(ADS)]
kind = [chance.randrange(KINDS) for _ in range(SITES)]
fit = [spread(KINDS, 0.9) for _ in range(TOPICS)]
devices = {"phone": 0.0, "tablet": 0.4, "desktop": -0.5}

users = chance.choices(range(USERS), user_weights, k=IMPRESSIONS)
ads = chance.choices(range(ADS), ad_weights, k=IMPRESSIONS)
sites = chance.choices(range(SITES), site_weights, k=IMPRESSIONS)

out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["impression", "user", "ad", "site", "device", "query", "clicked"])
for i in range(IMPRESSIONS):
    user, ad, site = users[i], ads[i], sites[i]
    device = chance.choice(list(devices))
    asked = topic[ad] if chance.random() < 0.3 else interest[user]
    words = [
        f"t{asked}w{chance.randrange(12)}" if chance.random() < 0.6 else f"w{chance.randrange(30)}"
        for _ in range(chance.randrange(3, 7))
    ]
    odds = -4.6 + taste[user] + quality[ad] + place[site] + fit[topic[ad]][kind[site]]
    odds += devices[device]
    odds += 1.8 if asked == topic[ad] else 0
    odds += 0.8 if interest[user] == topic[ad] else 0
    clicked = chance.random() < 1 / (1 + math.exp(-odds))
    ids = [f"i{i}", f"u{user}", f"a{ad}", f"s{site}"]
    out.writerow(ids + [device, " ".join(words), "yes" if clicked else "no"])
