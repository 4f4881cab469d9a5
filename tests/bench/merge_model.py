#!/usr/bin/env python3
"""What RocksDB's universal compaction costs under a rule: docs/decisions/0006 has its figures.

A model without a database: memtables of random size are flushed one after the other, some of them
nearly empty, nothing is overwritten, and whenever there are enough runs they are merged as RocksDB
7.8 picks them (compaction_picker_universal.cc). What is merged is compressed, what is flushed is
not or is too, and a run's size is that of its file. Prints how often a row is written by merges and
how many runs there are on the average, over twenty seeds, without nearly empty ones and with them.
"""

import argparse
import random
from dataclasses import dataclass

SEEDS = 20
SMALLEST, LARGEST = 0.3, 1.2  # of a flush
NEARLY_EMPTY = 0.015


@dataclass(frozen=True)
class Rule:
    """When runs are merged, and which."""

    trigger: int  # so many runs
    similar: bool  # neighbours that are alike; otherwise what has been picked is added up
    ratio: int  # the next may be so many percent larger
    space: int  # everything, when what is above the last run is so many percent of it
    all: bool = False  # what is flushed is compressed, too


RULES = [Rule(8, False, 1, 100), Rule(12, False, 1, 100), Rule(12, True, 300, 200),
         Rule(16, False, 1, 100), Rule(16, False, 1, 200), Rule(20, False, 1, 100),
         Rule(20, False, 1, 200), Rule(20, True, 300, 200), Rule(24, False, 1, 200),
         Rule(16, False, 1, 200, True), Rule(20, False, 1, 200, True)]


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


def flushes_of(count, empty, rng):
    """Sizes of runs as they are flushed; `empty`: the share of them that a nearly empty follows."""
    for _ in range(count):
        yield rng.uniform(SMALLEST, LARGEST)
        if rng.random() < empty:
            yield NEARLY_EMPTY


def play(rule, flushes, empty, compressed, seed):
    """How often a row is merged, and how many runs there are."""
    rows, files, flushed, merged, counted, taken = [], [], 0, 0, 0, 0
    for size in flushes_of(flushes, empty, random.Random(seed)):
        flushed += size
        rows.insert(0, size)
        files.insert(0, size * compressed if rule.all else size)
        while len(rows) >= rule.trigger and (pick := picked(rule, files)):
            first, last = pick
            rows[first:last] = [sum(rows[first:last])]
            files[first:last] = [rows[first] * compressed]
            merged += rows[first]
        counted += len(rows)
        taken += 1
    return merged / flushed, counted / taken


def main():
    """Prints a line for each rule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flushes", type=int, default=150)
    parser.add_argument("--compressed", type=float, default=0.4, help="of the size")
    args = parser.parse_args()
    for rule in RULES:
        for empty in (0, 0.3):
            results = [play(rule, args.flushes, empty, args.compressed, seed)
                       for seed in range(SEEDS)]
            written, runs = (sum(values) / SEEDS for values in zip(*results))
            print(f"{rule}, {empty:.0%} nearly empty: merged {written:.2f} times, {runs:.1f} runs")


if __name__ == "__main__":
    main()
