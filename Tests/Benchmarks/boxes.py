#!/usr/bin/env python3
"""A reviewer of boxes who answers from the ground truth, through the public commands only.

usage: boxes.py --winnow BIN --pictures DIR --truth coco.json [--dataset DIR] [--batch 20]
                [--stop 0.99] [--strategy saving] [--seed 1] [--error 0.0] [--no-screens]

Counted time: 7 s a box that is drawn, 1.5 s a proposed box that is confirmed or refused; on a screen of
crops 1.0 s, 0.2 s a crop and 1.5 s an exception. A box is right when it is of the right class and shares
half (IoU) with a thing that no other box has found. Prints a JSON line a round, and one at the end with
the time to 90, 95 and 99 % of the things found, as a share of drawing every box (7 s each).
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter


def iou(a, b):
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0
    shared = across * down
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


class Truth:
    """The things of each picture, by file name; a screen of crops may have found some before."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            coco = json.load(file)
        names = {c["id"]: c["name"] for c in coco["categories"]}
        files = {i["id"]: os.path.basename(i["file_name"]) for i in coco["images"]}
        self.classes = [names[key] for key in sorted(names)]
        self.things = {name: [] for name in files.values()}
        for a in coco["annotations"]:
            if a["bbox"][2] > 0 and a["bbox"][3] > 0:
                self.things[files[a["image_id"]]].append((names[a["category_id"]], a["bbox"]))
        self.found = {name: set() for name in self.things}

    def match(self, name, label, box, found):
        """The number of the thing that a box finds first, or None."""
        places = [(iou(box, b), k) for k, (c, b) in enumerate(self.things[name])
                  if c == label and k not in found]
        best = max(places, default=(0, None))
        return best[1] if best[0] >= 0.5 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--winnow", default="winnow")
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--dataset")
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--stop", type=float, default=0.99)
    parser.add_argument("--strategy", default="saving")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--error", type=float, default=0.0)
    a = parser.parse_args()
    truth = Truth(a.truth)
    total = sum(len(t) for t in truth.things.values())
    rng = random.Random(a.seed)
    folder = a.dataset or os.path.join(tempfile.mkdtemp(), "set")

    def winnow(*words, stdin=None):
        done = subprocess.run([a.winnow, *words], input=stdin, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode not in (0, 1):
            sys.exit(f"winnow {' '.join(words)}: exit {done.returncode}: {done.stderr[-500:]}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    if not os.path.exists(folder):
        winnow("init", folder, "--task", "detection", "--classes", ",".join(truth.classes), "--json")
        winnow("import", a.pictures, "-d", folder, "--quiet", "--json")
        winnow("embed", "-d", folder, "--quiet", "--json")

    def whole(item, kinds):
        """Decides a picture: confirms what is right, refuses the rest, draws what is missing."""
        name = os.path.basename(item["image"]["path"])
        found, kept, seconds = set(), [], 0.0
        for p in item["predictions"]:
            thing = truth.match(name, p["label"], p["bbox"], found)
            is_known = p["source"] == "accepted"
            seconds += 0 if is_known else 1.5
            if not is_known:
                kinds["confirmed" if thing is not None else "refused"] += 1
            is_kept = thing is not None or is_known
            if a.error and not is_known and rng.random() < a.error:
                is_kept = not is_kept
            if is_kept:
                kept.append(p["annotation"])
                if thing is not None:
                    found.add(thing)
        for k, (label, box) in enumerate(truth.things[name]):
            if k not in found:
                seconds += 7
                kinds["drawn"] += 1
                found.add(k)
                if not (a.error and rng.random() < a.error):
                    kept.append({"type": "box", "label": label, "bbox": box})
        truth.found[name] = found
        decision = {"decision": "correct", "annotations": kept}
        return decision, seconds

    def screen(item, kinds):
        """Decides crops of one class: names those that are wrong."""
        seconds = 1.0 + 0.2 * len(item["objects"])
        odd = []
        for crop in item["objects"]:
            name = os.path.basename(crop["image"]["path"])
            label, box = crop["annotation"]["label"], crop["annotation"]["bbox"]
            thing = truth.match(name, label, box, truth.found[name])
            is_right = thing is not None
            if a.error and rng.random() < a.error:
                is_right = not is_right
            if is_right:
                if thing is not None:
                    truth.found[name].add(thing)
            else:
                odd.append(crop["object"])
        seconds += 1.5 * len(odd)
        kinds["crops accepted"] += len(item["objects"]) - len(odd)
        kinds["crops excepted"] += len(odd)
        if len(odd) == len(item["objects"]):
            return {"decision": "reject"}, seconds
        return {"decision": "accept", "except": odd}, seconds

    seconds, decisions, rounds, kinds, reached = 0.0, 0, 0, Counter(), {}
    start = time.time()
    recall = 0.0
    while recall < a.stop:
        items = winnow("review", "next", "--limit", str(a.batch), "--reviewer", "simulated",
                       "--strategy", a.strategy, "-d", folder, "--json")
        if not items:
            break
        out = []
        for item in items:
            decision, spent = (screen if item["kind"] == "objects" else whole)(item, kinds)
            seconds += spent
            out.append({"item": item["item"], "lease": item["lease"], "reviewer": "simulated",
                        **decision})
        answers = winnow("review", "decide", "-d", folder, "--json",
                         stdin="".join(json.dumps(d) + "\n" for d in out))
        bad = [x for x in answers if x["status"] != "decided"]
        if bad:
            sys.exit(f"not decided: {bad[:2]}")
        decisions += len(out)
        rounds += 1
        right = wrong = 0
        for row in winnow("labels", "-d", folder, "--json"):
            name, found = os.path.basename(row["path"]), set()
            for x in row["annotations"]:
                if x["state"] == "accepted":
                    thing = truth.match(name, x["label"], x["bbox"], found)
                    if thing is None:
                        wrong += 1
                    else:
                        found.add(thing)
            right += len(found)
        recall = right / total
        cost = seconds / (7 * total)
        for level in (0.5, 0.9, 0.95, 0.99):
            if recall >= level and level not in reached:
                reached[level] = round(cost, 4)
        print(json.dumps({"round": rounds, "decisions": decisions, "seconds": round(seconds, 1),
                          "cost": round(cost, 4), "recall": round(recall, 4), "wrong": wrong,
                          "items": dict(Counter(i["kind"] for i in items))}), flush=True)
    print(json.dumps({"pictures": len(truth.things), "things": total, "decisions": decisions,
                      "kinds": kinds, "recall": round(recall, 4), "wrong": wrong,
                      "cost_at": {str(k): v for k, v in reached.items()},
                      "wall_seconds": round(time.time() - start, 1)}))


main()
