#!/usr/bin/env python3
"""Runs winnow-bench beside the tools that people use today, on the same input, and prints a table.

    pip install numpy pillow opencv-python-headless simplejpeg faiss-cpu webdataset
    pip install cleanvision imagehash czkawka imagededup
    apt-get install libturbojpeg0
    compare.py --bench .build/release/winnow-bench --pictures DIR

DIR holds JPEG files of any size. Each run is a process of its own, and of three runs the one with
the median time counts. A peer that is not installed is left out. The rows that exact search finds
are compared with those of faiss.
"""
import argparse
import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 3
THREADS = (1, 2)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--bench", required=True)
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--only", default="decode,scan,knn,embed,export,store")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--labels", type=int, default=1_000_000, help="of the store")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return PEERS[options.peer](options)
    works = options.only.split(",")
    with tempfile.TemporaryDirectory(prefix="winnow-compare-") as folder:
        options.work = folder
        for work in works:
            show(work, COMPARISONS[work](options))


# The comparisons: lists of (name, threads, result)


def decode(options):
    rows = []
    for threads in THREADS:
        command = ["decode", options.pictures, "--threads", str(threads)]
        rows.append(("winnow-bench decode", threads, ours(options, command)))
        for peer in ("pillow_draft", "opencv_reduced", "simplejpeg"):
            rows.append((peer, threads, theirs(options, peer, threads)))
    rows.append(("decoder alone, half size (limit)", 1, theirs(options, "turbojpeg_half", 1)))
    return rows


def scan(options):
    rows = []
    for threads in THREADS:
        command = ["scan", options.pictures, "--threads", str(threads)]
        rows.append(("winnow-bench scan", threads, ours(options, command)))
    for peer in ("cleanvision", "imagededup_phash", "imagehash_phash", "czkawka"):
        rows.append((peer, 1, theirs(options, peer, 1)))
    return rows


def knn(options):
    make_vectors(options)
    rows = []
    for threads in THREADS:
        command = ["knn", vectors_file(options), "-k", "10", "--threads", str(threads)]
        command += ["--out", f"{options.work}/ours.npy"]
        rows.append(("winnow-bench knn", threads, ours(options, command)))
        rows.append(("faiss_flat", threads, theirs(options, "faiss_flat", threads)))
    print("knn: " + check_neighbors(options))
    return rows


def embed(options):
    command = ["embed", options.pictures, "--threads"]
    return [
        ("winnow-bench embed", threads, ours(options, [*command, str(threads)]))
        for threads in THREADS
    ]


def store(options):
    command = ["store", "--labels", str(options.labels)]
    ours_row = ours(options, command)
    print("store: " + json.dumps(ours_row["quality"]))
    return [
        ("winnow-bench store (checked, chained)", 1, ours_row),
        ("sqlite3, one table, no checks", 1, theirs(options, "sqlite_rows", 1)),
    ]


def export(options):
    target = f"{options.work}/export"
    command = ["export", options.pictures, "--format", "webdataset", "--to", target]
    clean = lambda: shutil.rmtree(target, ignore_errors=True)
    rows = [("winnow-bench export", 1, ours(options, command, clean))]
    rows.append(("webdataset", 1, theirs(options, "webdataset", 1)))
    return rows


# Runs


def ours(options, command, before=lambda: None):
    results = []
    for _ in range(RUNS):
        before()
        results.append(json.loads(output_of([options.bench, *command])))
    return median(results)


def theirs(options, peer, threads):
    for module in NEEDS[peer]:
        try:
            importlib.import_module(module)
        except ImportError:
            return None
    command = [sys.executable, __file__, "--bench", options.bench, "--pictures", options.pictures]
    command += ["--peer", peer, "--threads", str(threads), "--work", options.work]
    command += ["--rows", str(options.rows), "--dimension", str(options.dimension)]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    results = []
    for _ in range(RUNS):
        results.append(json.loads(output_of(command, environment).splitlines()[-1]))
    return median(results)


def output_of(command, environment=None):
    # Some peers draw progress bars; what they say of errors comes with the exception.
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return run.stdout


def median(results):
    middle = statistics.median_low(result["seconds"] for result in results)
    return next(result for result in results if result["seconds"] == middle)


def show(work, rows):
    print(f"\n| {work} | threads | seconds | CPU s | peak MB | a second | a CPU second |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, threads, result in rows:
        if result is None:
            print(f"| {name} | {threads} | not installed | | | | |")
            continue
        rates = result["throughput"]
        unit = UNITS[work]
        print(
            f"| {name} | {threads} | {result['seconds']:.2f} | {result['cpu_s']:.2f} "
            f"| {result['peak_rss_mb']:.0f} | {rates[unit + '_per_s']:,.0f} {unit} "
            f"| {rates[unit + '_per_cpu_s']:,.0f} |",
            flush=True,
        )


# The peers, each in a process of its own


def emit(started, processor, amount, unit):
    seconds = time.perf_counter() - started
    cpu = time.process_time() - processor
    rates = {f"{unit}_per_s": amount / seconds, f"{unit}_per_cpu_s": amount / cpu}
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    peak_mb = peak * 1024 / 1e6
    print(json.dumps(dict(seconds=seconds, cpu_s=cpu, peak_rss_mb=peak_mb, throughput=rates)))


def pictures(options):
    return sorted(
        os.path.join(folder, name)
        for folder, _, names in os.walk(options.pictures)
        for name in names
        if name.lower().endswith((".jpg", ".jpeg"))
    )


def decode_all(options, decoder):
    from concurrent.futures import ThreadPoolExecutor

    contents = [open(path, "rb").read() for path in pictures(options)]
    decoder(contents[0])
    started, processor = time.perf_counter(), time.process_time()
    if options.threads == 1:
        for content in contents:
            decoder(content)
    else:
        pieces = [contents[start : start + 25] for start in range(0, len(contents), 25)]
        with ThreadPoolExecutor(options.threads) as pool:
            list(pool.map(lambda piece: [decoder(content) and None for content in piece], pieces))
    emit(started, processor, len(contents), "images")


def pillow_draft(options):
    import io

    import numpy
    from PIL import Image

    def decoder(content):
        image = Image.open(io.BytesIO(content))
        image.draft("RGB", (224, 224))
        numpy.asarray(image.convert("RGB").resize((224, 224), Image.BILINEAR))

    decode_all(options, decoder)


def opencv_reduced(options):
    import cv2
    import numpy

    cv2.setNumThreads(1)

    def decoder(content):
        image = cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_REDUCED_COLOR_2)
        cv2.resize(image, (224, 224), interpolation=cv2.INTER_LINEAR)

    decode_all(options, decoder)


def simplejpeg_cv2(options):
    import cv2
    import simplejpeg

    cv2.setNumThreads(1)

    def decoder(content):
        image = simplejpeg.decode_jpeg(content, "RGB", min_width=224, min_height=224)
        cv2.resize(image, (224, 224), interpolation=cv2.INTER_LINEAR)

    decode_all(options, decoder)


def turbojpeg_half(options):
    """The library that all of them decode with, called from C and with nothing after it."""
    import ctypes

    library = ctypes.CDLL(TURBOJPEG)
    library.tjInitDecompress.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.tjInitDecompress())
    output = ctypes.create_string_buffer(4096 * 4096 * 3)
    sizes = [ctypes.c_int() for _ in range(4)]

    def decoder(content):
        size = ctypes.c_ulong(len(content))
        references = [ctypes.byref(value) for value in sizes]
        library.tjDecompressHeader3(handle, content, size, *references)
        width, height = (sizes[0].value + 1) // 2, (sizes[1].value + 1) // 2
        if library.tjDecompress2(handle, content, size, output, width, 0, height, 0, 0):
            sys.exit("a picture could not be decoded")

    decode_all(options, decoder)


def imagededup_phash(options):
    from imagededup.methods import PHash

    paths = pictures(options)
    hasher = PHash(verbose=False)
    started, processor = time.perf_counter(), time.process_time()
    for path in paths:
        hasher.encode_image(image_file=path)
    emit(started, processor, len(paths), "images")


def cleanvision(options):
    from cleanvision import Imagelab

    started, processor = time.perf_counter(), time.process_time()
    lab = Imagelab(filepaths=pictures(options))
    lab.find_issues(n_jobs=1, verbose=False)
    emit(started, processor, len(lab.issues), "images")


def imagehash_phash(options):
    import imagehash
    from PIL import Image

    paths = pictures(options)
    started, processor = time.perf_counter(), time.process_time()
    for path in paths:
        imagehash.phash(Image.open(path))
    emit(started, processor, len(paths), "images")


def czkawka_similar(options):
    import czkawka

    started, processor = time.perf_counter(), time.process_time()
    finder = czkawka.ImageSimilarity()
    finder.set_directories([os.path.abspath(options.pictures)])
    finder.set_similarity(8)
    finder.find_similar()
    emit(started, processor, len(pictures(options)), "images")


def faiss_flat(options):
    import faiss
    import numpy

    rows = numpy.load(vectors_file(options))
    faiss.omp_set_num_threads(options.threads)
    started, processor = time.perf_counter(), time.process_time()
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    similarities, found = index.search(rows, 11)
    emit(started, processor, len(rows), "rows")
    numpy.savez(f"{options.work}/faiss.npz", similarities=similarities, found=found)


def sqlite_rows(options):
    """A million proposals into one plain table, and its index after that."""
    import random
    import sqlite3

    choose = random.Random(1)
    rows = [
        (index // 10, index % 80, choose.random(), choose.random(), choose.random(), 1, 0)
        for index in range(1_000_000)
    ]
    database = sqlite3.connect(f"{options.work}/rows.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("DROP TABLE IF EXISTS proposal")
    database.execute(
        "CREATE TABLE proposal (id INTEGER PRIMARY KEY, item INTEGER, class INTEGER, score REAL,"
        " x REAL, y REAL, model INTEGER, state INTEGER)"
    )
    started, processor = time.perf_counter(), time.process_time()
    database.execute("BEGIN IMMEDIATE")
    database.executemany(
        "INSERT INTO proposal (item, class, score, x, y, model, state) VALUES (?,?,?,?,?,?,?)", rows
    )
    database.execute("COMMIT")
    database.execute("CREATE INDEX queue ON proposal (state, score)")
    emit(started, processor, len(rows), "rows")


def webdataset_export(options):
    import numpy
    import webdataset

    paths = pictures(options)
    rows = numpy.random.default_rng(0).standard_normal((len(paths), 512), dtype=numpy.float32)
    target = f"{options.work}/webdataset"
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    started, processor = time.perf_counter(), time.process_time()
    shards = target + "/s-%05d.tar"
    with webdataset.ShardWriter(shards, maxsize=64e6, maxcount=100_000, verbose=0) as writer:
        for index, path in enumerate(paths):
            with open(path, "rb") as file:
                content = file.read()
            sample = {"jpg": content, "json": {"label": index % 100}, "npy": rows[index]}
            writer.write({"__key__": f"{index:06d}", **sample})
    size = sum(os.path.getsize(f"{target}/{name}") for name in os.listdir(target))
    emit(started, processor, size / 1e6, "megabytes")


# Vectors


def vectors_file(options):
    return f"{options.work}/vectors.npy"


def make_vectors(options):
    """Rows of length 1 around 200 centres, as embeddings of photos are."""
    import numpy

    random = numpy.random.default_rng(7)
    centres = random.standard_normal((200, options.dimension), dtype=numpy.float32)
    rows = centres[random.integers(200, size=options.rows)]
    rows += random.standard_normal(rows.shape, dtype=numpy.float32)
    rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
    numpy.save(vectors_file(options), rows)


def check_neighbors(options):
    """Compares with faiss; rows whose similarities differ by rounding only may change places."""
    import numpy

    if not os.path.exists(f"{options.work}/faiss.npz"):
        return "not checked, faiss is not installed"
    ours = numpy.load(f"{options.work}/ours.npy")
    theirs = numpy.load(f"{options.work}/faiss.npz")["found"]
    rows = numpy.load(vectors_file(options)).astype(numpy.float64)
    same = worse = 0
    for row, found in enumerate(theirs):
        wanted = [other for other in found if other != row][: ours.shape[1]]
        same += len(set(wanted) & set(ours[row].tolist()))
        limit = (rows[wanted] @ rows[row]).min() - 1e-6
        worse += int(((rows[ours[row]] @ rows[row]) < limit).sum())
    return f"{same / ours.size:.6f} of the rows are those of faiss, {worse} are further away"


COMPARISONS = {"decode": decode, "scan": scan, "knn": knn, "embed": embed, "export": export,
               "store": store}
TURBOJPEG = "libturbojpeg.so.0"
UNITS = {"decode": "images", "scan": "images", "knn": "rows", "embed": "images", "export": "megabytes",
         "store": "rows"}
PEERS = {
    "pillow_draft": pillow_draft,
    "opencv_reduced": opencv_reduced,
    "simplejpeg": simplejpeg_cv2,
    "turbojpeg_half": turbojpeg_half,
    "cleanvision": cleanvision,
    "imagededup_phash": imagededup_phash,
    "imagehash_phash": imagehash_phash,
    "czkawka": czkawka_similar,
    "faiss_flat": faiss_flat,
    "webdataset": webdataset_export,
    "sqlite_rows": sqlite_rows,
}
NEEDS = {
    "pillow_draft": ["PIL", "numpy"],
    "opencv_reduced": ["cv2"],
    "simplejpeg": ["simplejpeg", "cv2"],
    "turbojpeg_half": [],
    "cleanvision": ["cleanvision"],
    "imagededup_phash": ["imagededup"],
    "imagehash_phash": ["imagehash"],
    "czkawka": ["czkawka"],
    "faiss_flat": ["faiss"],
    "webdataset": ["webdataset", "numpy"],
    "sqlite_rows": [],
}

if __name__ == "__main__":
    main()
