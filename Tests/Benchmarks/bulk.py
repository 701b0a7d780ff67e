#!/usr/bin/env python3
"""Measures an import as a whole: listing, memory as the set grows, cores kept busy, planted faults.

    pip install numpy pillow
    bulk.py --winnow .build/release/winnow --bench .build/release/winnow-bench --pictures DIR

DIR holds clean photos; faults are planted into copies of them. Prints one table a measure. With
--files and --sizes smaller sets are made, which take less time and room.
"""
import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--winnow", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--only", default="listing,memory,faults")
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for measure in options.only.split(","):
        with tempfile.TemporaryDirectory(prefix="winnow-bulk-") as folder:
            options.work = folder
            MEASURES[measure](options)


def run(command):
    """Runs a command: its output, and what it cost."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    seconds = time.perf_counter() - started
    cost = dict(seconds=seconds, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024)
    return json.loads(output), cost


def new_dataset(options, name):
    folder = f"{options.work}/{name}"
    quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run([options.winnow, "init", folder], check=True, **quiet)
    return folder


def listing(options):
    source = f"{options.work}/files"
    for number in range(options.files):
        if number % 1000 == 0:
            folder = f"{source}/{number // 1000:04d}"
            os.makedirs(folder)
        open(f"{folder}/picture-{number:07d}.jpg", "w").close()
    names = f"{options.work}/names.lst"
    with open(names, "w") as file:
        file.writelines(
            f"{source}/{number // 1000:04d}/picture-{number:07d}.jpg\n"
            for number in range(options.files)
        )
    dataset = new_dataset(options, "set")
    print("\n| listing | files | seconds | CPU s | peak MB |\n| --- | ---: | ---: | ---: | ---: |")
    for name, path in (("folders", source), ("a list", names)):
        report, cost = run(
            [options.winnow, "import", path, "-d", dataset, "--dry-run", "--json", "--quiet"]
        )
        assert report["pending"] == options.files, report
        print(
            f"| {name} | {options.files:,} | {cost['seconds']:.1f} | {cost['cpu']:.1f} "
            f"| {cost['peak']:.0f} |"
        )


def memory(options):
    """Small pictures of different bytes, so that little but the import itself is measured."""
    import numpy
    from PIL import Image

    noise = numpy.random.default_rng(options.seed)
    seeds = []
    for _ in range(64):
        small = noise.integers(0, 256, (8, 8, 3), dtype=numpy.uint8)
        path = f"{options.work}/seed.jpg"
        Image.fromarray(small).resize((96, 72), Image.BICUBIC).save(path)
        seeds.append(open(path, "rb").read())
    source, made = f"{options.work}/small", 0
    print("\n| memory | pictures | seconds | a second | CPU s | of 2 cores | peak MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in map(int, options.sizes.split(",")):
        while made < size:
            if made % 1000 == 0:
                os.makedirs(f"{source}/{made // 1000:04d}")
            seed = seeds[made % len(seeds)]
            # A comment of its own after the start of the file.
            unique = seed[:2] + b"\xff\xfe\x00\x0a" + made.to_bytes(8, "big") + seed[2:]
            with open(f"{source}/{made // 1000:04d}/{made:07d}.jpg", "wb") as file:
                file.write(unique)
            made += 1
        dataset = new_dataset(options, f"set-{size}")
        report, cost = run(
            [options.winnow, "import", source, "-d", dataset, "--json", "--quiet"]
        )
        assert report["imported"] == size, report
        busy = cost["cpu"] / cost["seconds"] / min(2, os.cpu_count())
        print(
            f"| import | {size:,} | {cost['seconds']:.1f} | {size / cost['seconds']:,.0f} "
            f"| {cost['cpu']:.1f} | {busy:.0%} | {cost['peak']:.0f} |"
        )
        shutil.rmtree(dataset)


def faults(options):
    """Fifty of each fault among clean photos: found, and flagged though clean."""
    from PIL import Image

    draw = random.Random(options.seed)
    photos = sorted(
        os.path.join(folder, name)
        for folder, _, names in os.walk(options.pictures)
        for name in names
        if name.lower().endswith((".jpg", ".jpeg", ".png"))
    )
    draw.shuffle(photos)
    source = f"{options.work}/photos"
    os.makedirs(source)
    truth = {}
    for number, path in enumerate(photos):
        fault = list(PLANTS)[number // 50] if number < 50 * len(PLANTS) else ""
        name = f"{number:05d}.jpg"
        image = Image.open(path).convert("RGB")
        if fault:
            image = PLANTS[fault](image, draw)
        image.save(f"{source}/{name}", quality=90)
        truth[name] = fault
    table = f"{options.work}/scan.csv"
    run([options.bench, "scan", source, "--out", table])
    flags = {row["path"]: row["flags"].split(";") for row in csv.DictReader(open(table))}
    print("\n| fault | found | of | flagged though clean of it |\n| --- | ---: | ---: | ---: |")
    for fault in PLANTS:
        planted = [name for name, kind in truth.items() if kind == fault]
        clean = [name for name, kind in truth.items() if not kind]
        found = sum(fault in flags[name] for name in planted)
        wrong = sum(fault in flags[name] for name in clean)
        print(f"| {fault} | {found} | {len(planted)} | {wrong} of {len(clean):,} |")


def dark(image, draw):
    gain = draw.uniform(0.03, 0.12)
    return image.point(lambda value: value * gain)


def light(image, draw):
    gain = draw.uniform(0.03, 0.12)
    return image.point(lambda value: 255 - (255 - value) * gain)


def blurry(image, draw):
    from PIL import ImageFilter

    return image.filter(ImageFilter.GaussianBlur(max(image.size) / 640 * draw.uniform(7, 11)))


def flat(image, draw):
    from PIL import Image

    return Image.new("RGB", image.size, tuple(draw.randrange(60, 196) for _ in range(3)))


PLANTS = {"dark": dark, "light": light, "blurry": blurry, "low-information": flat}
MEASURES = {"listing": listing, "memory": memory, "faults": faults}

if __name__ == "__main__":
    main()
