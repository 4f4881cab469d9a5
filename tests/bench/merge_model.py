#!/usr/bin/env python3
"""What RocksDB's universal compaction costs under a rule: docs/decisions/0006 has its figures.

A model without a database: memtables of random size are flushed one after the other, nothing is
overwritten, and whenever there are enough runs they are merged as RocksDB 7.8 picks them
(compaction_picker_universal.cc). Prints how often a row is written by merges and how many runs
there are on the average, over twenty seeds.
"""

import argparse
import random
from dataclasses import dataclass

SEEDS = 20
SMALLEST, LARGEST = 0.3, 1.2  # of a flush


@dataclass(frozen=True)
class Rule:
    """When runs are merged, and which."""

    trigger: int  # so many runs
    similar: bool  # neighbours that are alike; otherwise what has been picked is added up
    ratio: int  # the next may be so many percent larger
    space: int  # everything, when what is above the last run is so many percent of it


RULES = [Rule(8, False, 1, 100), Rule(12, False, 1, 100), Rule(12, True, 300, 200),
         Rule(10, True, 100, 200), Rule(20, False, 1, 100), Rule(20, True, 300, 200)]


def picked(rule, runs):
    """The runs [from, to) that are merged next, newest first; None: none is."""
    if sum(runs[:-1]) * 100 >= rule.space * runs[-1]:
        return 0, len(runs)
    factor = (100 + rule.ratio) / 100
    for first, size in enumerate(runs):
        last = first + 1
        while last < len(runs) and size * factor >= runs[last]:
            if rule.similar and runs[last] * factor < size:
                break
            size = runs[last] if rule.similar else size + runs[last]
            last += 1
        if last - first > 1:
            return first, last
    return (0, len(runs) - rule.trigger + 1) if len(runs) > rule.trigger else None


def play(rule, flushes, seed):
    """How often a row is merged, and how many runs there are."""
    rng = random.Random(seed)
    runs, flushed, merged, counted = [], 0, 0, 0
    for _ in range(flushes):
        size = rng.uniform(SMALLEST, LARGEST)
        flushed += size
        runs.insert(0, size)
        while len(runs) >= rule.trigger and (pick := picked(rule, runs)):
            first, last = pick
            runs[first:last] = [sum(runs[first:last])]
            merged += runs[first]
        counted += len(runs)
    return merged / flushed, counted / flushes


def main():
    """Prints a line for each rule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flushes", type=int, default=150)
    flushes = parser.parse_args().flushes
    for rule in RULES:
        results = [play(rule, flushes, seed) for seed in range(SEEDS)]
        written, runs = (sum(values) / SEEDS for values in zip(*results))
        print(f"{rule}: merged {written:.2f} times, {runs:.1f} runs")


if __name__ == "__main__":
    main()
