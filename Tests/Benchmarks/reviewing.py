#!/usr/bin/env python3
"""What reviewing costs: a reviewer who knows the truth answers the queue, through `winnow` alone.

usage: reviewing.py [--winnow BIN] [--seeds 10] [--error 0.0] [--strategies saving,margin,random]
                    [--curves FILE.csv] SET...

Each SET is a folder with `manifest.csv`: columns path (from there) and label. For each seed the
pictures are imported in another order and the reviewer errs otherwise. Counted time: 2.0 s a picture
decided alone, 1.0 s a screen, 0.2 s a picture on it, 1.5 s an exception; a screen of fewer than 3
counts as pictures decided alone. The cost is the counted time over that of deciding all one by one.

Prints, for each set and strategy, the cost at 97 % and 99 % of all pictures right (mean, least and
most over the seeds), how many labels were wrong at the end, how many were accepted unseen and how
many of those were wrong. --curves writes every round: what is right by accepted labels alone, and
with the likeliest proposals for the rest.
"""

import argparse
import collections
import csv
import hashlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

ALONE, SCREEN, THUMBNAIL, EXCEPTION, FEWEST, CLEAR = 2.0, 1.0, 0.2, 1.5, 3, 0.6


class Run:
    """One reviewer on one data set."""

    def __init__(self, winnow, truth, strategy, error, seed, folder):
        self.winnow, self.truth, self.strategy, self.error = winnow, truth, strategy, error
        self.random = random.Random(seed)
        self.dataset = os.path.join(folder, "set")
        self.classes = sorted(set(truth.values()))
        self.seconds = 0.0

    def call(self, *words, text=None, json_lines=True):
        options = ["-d", self.dataset, "--quiet"] + (["--json"] if json_lines else [])
        done = subprocess.run(
            [self.winnow, *words, *options], input=text, text=True, capture_output=True
        )
        if done.returncode not in (0, 1):
            sys.exit(f"winnow {' '.join(words)}: {done.returncode}: {done.stderr[-500:]}")
        return [json.loads(line) for line in done.stdout.splitlines() if json_lines]

    def prepare(self, paths):
        self.random.shuffle(paths)
        listed = os.path.join(os.path.dirname(self.dataset), "list.lst")
        pathlib.Path(listed).write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
        self.call("run", listed, json_lines=False)
        self.digests = {row["id"]: row["sha256"] for row in self.call("labels")}

    def answer(self, number):
        right = self.truth[self.digests[number]]
        if self.error and self.random.random() < self.error:
            return self.random.choice([name for name in self.classes if name != right])
        return right

    def decide(self, item):
        base = {"item": item["item"], "lease": item["lease"], "reviewer": "bench"}
        if item["kind"] == "image":
            self.seconds += ALONE
            label = self.answer(item["image"]["id"])
            shape = {"type": "classification", "label": label}
            return {**base, "decision": "correct", "annotations": [shape]}
        shown = [image["id"] for image in item["shown"]]
        said = {number: self.answer(number) for number in shown}
        label, count = collections.Counter(said.values()).most_common(1)[0]
        alone = len(shown) < FEWEST
        self.seconds += ALONE * len(shown) if alone else SCREEN + THUMBNAIL * len(shown)
        if count < CLEAR * len(shown):
            return {**base, "decision": "reject"}
        odd = [number for number, name in said.items() if name != label]
        self.seconds += EXCEPTION * len(odd)
        return {**base, "decision": "accept", "label": label, "except": odd}

    def measure(self):
        """Returns the shares that are right, and counts of wrong and unseen labels."""
        accepted = proposed = wrong = unseen = unseen_wrong = 0
        for row in self.call("labels"):
            truth = self.truth[row["sha256"]]
            found = [x for x in row["annotations"] if x["type"] == "classification"]
            people = [x for x in found if x["state"] == "accepted"]
            guesses = people or [x for x in found if x["state"] == "proposed"]
            is_right = bool(guesses) and guesses[-1]["label"] == truth
            proposed += is_right
            if people:
                accepted += is_right
                wrong += not is_right
                if people[-1]["source"].startswith("bulk:"):
                    unseen += 1
                    unseen_wrong += not is_right
        total = len(self.digests)
        return accepted / total, proposed / total, wrong, unseen, unseen_wrong

    def review(self, stop, curve):
        cost = {}
        total = ALONE * len(self.digests)
        while True:
            words = ["--limit", "20", "--reviewer", "bench", "--strategy", self.strategy]
            items = self.call("review", "next", *words)
            if not items:
                break
            lines = "".join(json.dumps(self.decide(item)) + "\n" for item in items)
            self.call("review", "decide", text=lines)
            if curve is not None:
                self.call("predict")
            found = self.measure()
            for level in (0.97, 0.99):
                if found[0] >= level and level not in cost:
                    cost[level] = self.seconds / total
            if curve is not None:
                curve.append((self.seconds / total, *found[:2]))
            if found[0] >= stop:
                break
        return cost, found


def read(folder):
    """Returns the paths of a set and the class of each content."""
    paths, truth = [], {}
    with open(os.path.join(folder, "manifest.csv"), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = os.path.abspath(os.path.join(folder, row["path"]))
            digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
            paths.append(path)
            truth[digest] = row["label"]
    return paths, truth


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--winnow", default=".build/release/winnow")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--error", type=float, default=0.0)
    parser.add_argument("--strategies", default="saving,margin,random")
    parser.add_argument("--stop", type=float, default=0.99)
    parser.add_argument("--curves")
    options = parser.parse_args()
    winnow = os.path.abspath(options.winnow)
    curves = []
    print("| Set | pictures | order | cost at 97 % | at 99 % | wrong | unseen | of them wrong |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for folder in options.sets:
        paths, truth = read(folder)
        name = os.path.basename(os.path.normpath(folder))
        for strategy in options.strategies.split(","):
            costs, ends = [], []
            for seed in range(1, options.seeds + 1):
                with tempfile.TemporaryDirectory() as temporary:
                    run = Run(winnow, truth, strategy, options.error, seed, temporary)
                    run.prepare(list(paths))
                    curve = [] if options.curves else None
                    cost, end = run.review(options.stop, curve)
                    costs.append(cost)
                    ends.append(end)
                    curves += [(name, strategy, seed, *point) for point in curve or []]

            def spread(level):
                found = [cost[level] for cost in costs if level in cost]
                if not found:
                    return "not reached"
                mean = statistics.mean(found)
                return f"{mean:.3f} ({min(found):.3f}-{max(found):.3f})"

            means = [statistics.mean(end[index] for end in ends) for index in (2, 3, 4)]
            counts = " | ".join(f"{mean:.1f}" for mean in means)
            print(
                f"| {name} | {len(truth)} | {strategy} | {spread(0.97)} | {spread(0.99)} "
                f"| {counts} |",
                flush=True,
            )
    if options.curves:
        with open(options.curves, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("set", "strategy", "seed", "cost", "accepted_right", "all_right"))
            writer.writerows(curves)


if __name__ == "__main__":
    main()
