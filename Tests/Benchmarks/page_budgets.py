#!/usr/bin/env python3
"""What the review page costs in a real browser, on the real server, beside its budgets.

    page_budgets.py --winnow .build/release/winnow [--images 50000] [--photos DIR] [--keys 40]
    page_budgets.py --winnow .build/release/winnow --set DIR --review-set DIR

Needs chromium and chromedriver, and nothing else. Review is measured on photos (or on 1,000 small
pictures that are made), Grid on small pictures with proposed classes; both sets are made in a
temporary folder. Or the data sets are there already: then pictures of --review-set are decided. The
browser draws by software, without a window. Prints one line a measure: how it was, and the budget.
Frames depend on what else the machine does: its load is printed too.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import re
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

CLASSES = ["hat", "shoes", "skirt", "dress", "pants", "shirt", "shorts", "coat"]
SIDE = 96
QUIET = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--winnow", required=True)
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--photos", help="a folder of photos to review")
    parser.add_argument("--set", help="a data set for Grid that is there already")
    parser.add_argument("--review-set", help="one for Review, with vectors and clusters")
    parser.add_argument("--opens", type=int, default=7, help="browsers that open the page first")
    parser.add_argument("--keys", type=int, default=40, help="decisions in Review")
    options = parser.parse_args()
    size()
    with tempfile.TemporaryDirectory(prefix="winnow-page-") as folder:
        reviewed = options.review_set or make_review_set(options, folder)
        tell("load of the machine", " ".join(f"{load:.1f}" for load in os.getloadavg()), "-")
        with Server(options.winnow, reviewed) as server, Browser() as page:
            opened(server.url, options.opens)
            page.open(server.url)
            page.wait(FIRST)
            page.run(HELPERS)
            review(page, options.keys)
            kept(page, "after Review")
        dataset = options.set or make_grid_set(options, folder)
        tell("load of the machine", " ".join(f"{load:.1f}" for load in os.getloadavg()), "-")
        with Server(options.winnow, dataset) as server, Browser() as page:
            page.open(server.url)
            page.run("location.hash = '#/grid'")
            page.wait("document.querySelector('.pic img')?.naturalWidth > 0")
            page.run(HELPERS)
            page.wait("bench.isGridWhole()")
            scroll(page)
            jump(page)
            narrow(page)
            kept(page, "after Grid")


def tell(what, value, budget):
    print(f"{what:44} {value:>26}   {budget}", flush=True)


def spread(values):
    values = sorted(values)
    p95 = values[min(len(values) - 1, int(0.95 * len(values)))]
    return f"p50 {statistics.median(values):.1f} p95 {p95:.1f} max {values[-1]:.1f}"


# The data set.


def picture(number):
    """A small PNG, unlike all others: a figure on a ground, and the number as two lines."""
    dice = random.Random(number)
    ground, figure = (bytes(dice.randrange(256) for _ in range(3)) for _ in range(2))
    left, top, width, height = (dice.randrange(4, SIDE // 2) for _ in range(4))
    plain = b"\0" + ground * SIDE
    cut = b"\0" + ground * left + figure * width + ground * (SIDE - left - width)
    mark = b"\0" + number.to_bytes(3, "big") * SIDE
    rows = [cut if top <= row < top + height else plain for row in range(SIDE - 2)] + [mark, mark]

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(rows), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def make_pictures(folder, number):
    for index in range(number):
        home = pathlib.Path(folder, CLASSES[index % len(CLASSES)], f"{index // 5000}")
        home.mkdir(parents=True, exist_ok=True)
        (home / f"{index:07}.png").write_bytes(picture(index))
    return str(folder)


def run(options, *words):
    subprocess.run([options.winnow, *words, "--quiet"], check=True, **QUIET)


def make_review_set(options, folder):
    dataset = f"{folder}/review"
    pictures = options.photos or make_pictures(f"{folder}/reviewed", 1000)
    run(options, "init", dataset)
    run(options, "import", pictures, "-d", dataset, "--format", "folder")
    run(options, "embed", "-d", dataset)
    run(options, "cluster", "-d", dataset)
    return dataset


def make_grid_set(options, folder):
    dataset = f"{folder}/grid"
    pictures = make_pictures(f"{folder}/pictures", options.images)
    run(options, "init", dataset)
    run(options, "import", pictures, "-d", dataset, "--format", "imagefolder", "--labels-as", "proposed")
    return dataset


# The server and the browser.


class Server:
    """`winnow review` on a data set; `url` opens the page."""

    def __init__(self, winnow, dataset):
        command = [winnow, "review", "serve", "-d", dataset, "--quiet"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for line in self.process.stdout:
            if found := re.search(r"http://\S+#token=\w+", line):
                self.url = found[0]
                return
        sys.exit("the server printed no address")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


class Browser:
    """Chromium without a window, as the W3C WebDriver protocol says."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for line in self.process.stdout:
            if found := re.search(r"successfully on port (\d+)", line):
                self.base = f"http://127.0.0.1:{found[1]}"
                break
        words = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,900", "--disable-dev-shm-usage"]
        wanted = {"browserName": "chrome", "goog:chromeOptions": {"args": words}}
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.base += f"/session/{session['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call("DELETE", "")
        self.process.terminate()
        self.process.wait(10)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.load(answer)["value"]

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *args):
        """What a script returns, or what its promise comes to."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def press(self, key):
        events = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": events}]})

    def metrics(self):
        self.call("POST", "/goog/cdp/execute", {"cmd": "Performance.enable", "params": {}})
        found = self.call("POST", "/goog/cdp/execute", {"cmd": "Performance.getMetrics", "params": {}})
        return {entry["name"]: entry["value"] for entry in found["metrics"]}

    def resident(self):
        """The memory of the page's process in MB, what it shares with others counted in part."""
        parents = {}
        for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
        found = 0
        for process in parents:
            parent = process
            while parent > 1 and parent != self.process.pid:
                parent = parents.get(parent, 0)
            home = pathlib.Path("/proc", str(process))
            try:
                if parent == self.process.pid and b"--type=renderer" in (home / "cmdline").read_bytes():
                    found = max(found, int(re.search(r"Pss:\s+(\d+)", (home / "smaps_rollup").read_text())[1]))
            except OSError:
                continue
        return found / 1024

    def wait(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not self.run(f"return Boolean({condition})"):
            if time.monotonic() > end:
                sys.exit(f"it did not come to this: {condition}")
            time.sleep(0.05)


# The measures.

# What each of them needs in the page: when something was painted, and tasks that took long.
HELPERS = """
window.bench = {
  long: [],
  // What is there before a frame is painted with it; the message comes after that.
  frame: (isThere) => new Promise((done) => requestAnimationFrame(() => {
    const is = isThere();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      done({ is, at: performance.now() });
      port1.close();
    };
    port2.postMessage(0);
  })),
  async painted(isThere) {
    const end = performance.now() + 10_000;
    for (;;) {
      const { is, at } = await bench.frame(isThere);
      if (is || at > end) return at;
    }
  },
  whole: (images) => images.length > 0 && images.every((image) => image.complete && image.naturalWidth > 0),
  seen() {
    const box = document.querySelector(".scroller").getBoundingClientRect();
    return [...document.querySelectorAll(".scroller .pic:not([hidden])")].filter((tile) => {
      const { top, bottom } = tile.getBoundingClientRect();
      return bottom > box.top && top < box.bottom;
    });
  },
  isGridWhole: () => bench.whole(bench.seen().map((tile) => tile.querySelector("img"))),
};
new PerformanceObserver((list) => bench.long.push(...list.getEntries().map((entry) => entry.duration)))
  .observe({ type: "longtask", buffered: true });
"""


# The first picture of the queue is there.
FIRST = "document.querySelector('.tile img, .single .picture img')?.naturalWidth > 0"
# Notes in the page when that is, counted from when its address was asked for.
NOTE = """
(function look() {
  if (%s) window.usableAt = performance.now();
  else requestAnimationFrame(look);
})();
""" % FIRST


def opened(url, times):
    """The page in browsers that have nothing of it; the first one finds the server just started."""
    found = []
    for _ in range(times):
        with Browser() as page:
            command = {"cmd": "Page.addScriptToEvaluateOnNewDocument", "params": {"source": NOTE}}
            page.call("POST", "/goog/cdp/execute", command)
            page.open(url)
            page.wait("window.usableAt")
            paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
            found.append(page.run(f"return [{paint}, window.usableAt]"))
    tell("first paint / usable, server just started, ms", "%.0f / %.0f" % tuple(found[0]), "-")
    first, usable = (statistics.median(times) for times in zip(*found[1:] or found))
    tell("first paint / usable, ms", f"{first:.0f} / {usable:.0f}", "300 / 800")


def size():
    folder = pathlib.Path(__file__).parents[2] / "Sources/ReviewServer/Public"
    files = [path.read_bytes() for path in folder.iterdir()]
    packed = sum(len(gzip.compress(file, 9)) for file in files)
    tell("all of the page, KB, and packed", f"{sum(map(len, files)) / 1000:.0f} / {packed / 1000:.0f}", "180 / 50")


def review(page, keys):
    page.run("bench.long.length = 0")
    times = []
    for _ in range(keys):
        # A screen takes no deciding key in its first moments.
        time.sleep(0.3)
        page.run(
            """
            const before = document.querySelector(".screen");
            addEventListener("keydown", ({ timeStamp }) => {
              bench.next = bench.painted(() => {
                const screen = document.querySelector(".screen");
                return screen !== before && bench.whole([...screen.querySelectorAll("img")]);
              }).then((at) => at - timeStamp);
            }, { capture: true, once: true });
            """
        )
        page.press("x")
        times.append(page.run("return bench.next"))
    tell(f"key to next painted, {keys} decisions, ms", spread(times), "p50 16 p95 50")
    tasks(page, "long tasks while reviewing")


def tasks(page, what):
    found = page.run("return bench.long.splice(0)")
    tell(what, f"{len(found)}, longest {max(found, default=0):.0f} ms", "none")


def scroll(page):
    page.run("document.querySelector('.scroller').scrollTop = 0")
    page.wait("bench.isGridWhole()")
    page.run("bench.long.length = 0")
    frames = page.run(
        """
        const scroller = document.querySelector(".scroller");
        return (async () => {
          const frames = [];
          let last = await new Promise(requestAnimationFrame);
          for (let number = 0; number < 600; number++) {
            scroller.scrollTop += 120;
            const now = await new Promise(requestAnimationFrame);
            frames.push(now - last);
            last = now;
          }
          return frames;
        })();
        """
    )
    tell("frame while scrolling 120 px a frame, ms", spread(frames), "p95 20, none over 50")
    tasks(page, "long tasks while scrolling")


def jump(page):
    times = page.run(
        """
        const scroller = document.querySelector(".scroller");
        return (async () => {
          const times = [];
          for (let number = 0; number < 40; number++) {
            const place = (number * 0.618034) % 1;
            const start = performance.now();
            scroller.scrollTop = place * (scroller.scrollHeight - scroller.clientHeight);
            await bench.frame(() => true);
            times.push(await bench.painted(bench.isGridWhole) - start);
          }
          return times;
        })();
        """
    )
    tell("jump to all tiles painted, ms", spread(times), "p95 250")


def narrow(page):
    times = page.run(
        """
        return (async () => {
          const times = [];
          for (let number = 0; number < 24; number++) {
            const values = document.querySelectorAll(".values [data-value]:not([aria-pressed=true])");
            const before = document.querySelector("h1").textContent + bench.seen()[0]?.ariaLabel;
            const start = performance.now();
            // One more class, or one less.
            values[number % Math.min(values.length, 8)].click();
            times.push(await bench.painted(() => !document.querySelector(".waiting")
              && document.querySelector("h1").textContent + bench.seen()[0]?.ariaLabel !== before && bench.isGridWhole()) - start);
            location.hash = "#/grid";
            await bench.painted(() => !document.querySelector(".condition, .waiting") && bench.isGridWhole());
            await new Promise((done) => setTimeout(done, 100));
          }
          return times;
        })();
        """
    )
    tell("filter to first tiles painted, ms", spread(times), "p95 300")


def kept(page, when):
    page.call("POST", "/goog/cdp/execute", {"cmd": "HeapProfiler.collectGarbage", "params": {}})
    found = page.metrics()
    nodes = page.run("return document.getElementsByTagName('*').length")
    memory = f"{page.resident():.0f}, {found['JSHeapUsedSize'] / 1e6:.1f}"
    tell(f"memory {when}, of it scripts, MB", memory, "300")
    tell("elements", f"{nodes}", "1,500")
    tell("nodes that the browser keeps, listeners", f"{found['Nodes']:.0f}, {found['JSEventListeners']:.0f}", "-")


if __name__ == "__main__":
    main()
