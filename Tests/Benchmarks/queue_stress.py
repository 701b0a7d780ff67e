#!/usr/bin/env python3
"""Reviewers by the dozen at one server that is killed again and again.

    Tests/Benchmarks/queue_stress.py WORK [--reviewers 50] [--decisions 2000] [--kills 3] [--images 20000]
                                    [--think 0] [--rows]

Makes a data set of small pictures in ten colours in WORK (unless one is there), serves it, and lets each
reviewer take the next item and decide it by the colour, over HTTP. With --rows the set has vectors and proposals
of 80 classes but no picture files (`winnow-bench queue` makes it), for a million that are pending. The server is killed with SIGKILL in the
middle, `--kills` times, and started again; what was not answered is sent again under its id. At the end each
decision that was acknowledged must be in the store once, no item decided twice, no answer a failure, and no
lease out for longer than a lease lasts. Prints one JSON line; exits with 1 when something is lost.

Needs nothing but Python; the program is .build/release/winnow or $WINNOW.
"""
import argparse, collections, http.client, json, os, random, signal, sqlite3, struct, subprocess, sys
import threading, time, uuid, zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WINNOW = os.environ.get("WINNOW", os.path.join(ROOT, ".build/release/winnow"))
LEASE = 300


def png(path, colour, seed):
    """A picture of 24 x 24 pixels in about one colour; no two are the same."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + bytes(min(255, max(0, c + noise.randint(-24, 24))) for _ in range(24) for c in colour)
                    for _ in range(24))
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 24, 24, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def make(work, images):
    dataset = os.path.join(work, "set")
    if os.path.exists(os.path.join(dataset, "winnow.sqlite")):
        return dataset
    pictures = os.path.join(work, "pictures")
    os.makedirs(pictures, exist_ok=True)
    colours = [(40 + 170 * (k & 1), 40 + 170 * (k >> 1 & 1), 40 + 85 * (k >> 2)) for k in range(10)]
    for number in range(images):
        png(os.path.join(pictures, f"c{number % 10}-{number}.png"), colours[number % 10], number)
    names = ",".join(f"c{k}" for k in range(10))
    subprocess.run([WINNOW, "init", dataset, "--classes", names], check=True, stdout=subprocess.DEVNULL)
    environment = dict(os.environ, WINNOW_DEPS=work)
    for verb in (["import", pictures], ["embed"]):
        subprocess.run([WINNOW, *verb, "-d", dataset, "--quiet"], check=True, stdout=subprocess.DEVNULL,
                       env=environment)
    return dataset


def make_rows(work, images):
    """A set of rows alone, for sizes at which pictures would take hours."""
    dataset = os.path.join(work, "rows")
    bench = os.environ.get("WINNOW_BENCH", os.path.join(os.path.dirname(WINNOW), "winnow-bench"))
    subprocess.run([bench, "queue", "--images", str(images), "--decisions", "0", "--folder", dataset], check=True,
                   stdout=subprocess.DEVNULL)
    return dataset


def truth(picture):
    """The class of a picture: its colour, by which it is named, or its number."""
    name = os.path.basename(picture["path"])
    return f"class {(picture['id'] - 1) % 80 + 1}" if name.startswith("picture-") else name.split("-")[0]


class Server:
    """The process, started again on the same port."""

    def __init__(self, dataset, reviewers, errors):
        self.words = [WINNOW, "review", "-d", dataset, "--json", "--reviewers", ",".join(reviewers)]
        self.errors, self.port = open(errors, "ab"), None
        self.start()

    def start(self):
        words = self.words + (["--port", str(self.port)] if self.port else [])
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.errors)
        address = json.loads(self.process.stdout.readline())
        self.tokens = {one["reviewer"]: one["url"].split("token=")[1] for one in address["reviewers"]}
        self.port = int(address["url"].split(":")[2].split("/")[0])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()


class Reviewer(threading.Thread):
    """One who decides until the wanted number is acknowledged or nothing is left."""

    def __init__(self, name, wanted, think, server, tally):
        super().__init__(daemon=True)
        self.reviewer, self.wanted, self.think = name, wanted, think
        self.server, self.tally = server, tally
        self.cookie, self.connection = None, None
        self.acknowledged, self.idle = {}, 0

    def ask(self, method, path, body=None):
        """The answer; asked again until the server is there."""
        while True:
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
                origin = f"http://127.0.0.1:{self.server.port}"
                headers = {"Origin": origin, "Content-Type": "application/json"}
                if self.cookie:
                    headers["Cookie"] = self.cookie
                data = None if body is None else json.dumps(body)
                self.connection.request(method, path, data, headers)
                answer = self.connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                self.connection = None
                time.sleep(0.05)
                continue
            if answer.status == 429:
                time.sleep(1)
                continue
            if answer.status >= 400:
                self.tally["failures"].append(f"{answer.status} {text[:200]}")
            if answer.getheader("Set-Cookie"):
                self.cookie = answer.getheader("Set-Cookie").split(";")[0]
            return json.loads(text) if text else {}

    def timed(self, name, *words):
        start = time.perf_counter()
        answer = self.ask(*words)
        self.tally[name].append(time.perf_counter() - start)
        return answer

    def run(self):
        self.ask("POST", "/api/v1/session", {"token": self.server.tokens[self.reviewer]})
        while len(self.acknowledged) < self.wanted and self.idle < 20:
            items = self.timed("next", "GET", "/api/v1/queue/next?limit=1").get("items", [])
            self.idle = 0 if items else self.idle + 1
            if not items:
                time.sleep(0.5)
            for item in items:
                time.sleep(self.think)
                self.decide(item)

    def decide(self, item):
        shown = item.get("shown") or [item["image"]]
        classes = [truth(picture) for picture in shown]
        label = collections.Counter(classes).most_common(1)[0][0]
        decision = {"id": str(uuid.uuid4()), "item": item["item"], "lease": item["lease"],
                    "reviewer": self.reviewer, "seconds": 1.0}
        if item["kind"] == "cluster":
            others = [picture["id"] for picture, name in zip(shown, classes) if name != label]
            decision.update(decision="accept", label=label, **({"except": others} if others else {}))
        else:
            decision.update(decision="correct", annotations=[{"type": "classification", "label": label}])
        answer = self.timed("submit", "POST", "/api/v1/decisions", {"decisions": [decision]})
        for result in answer.get("results", []):
            self.tally["statuses"][result["status"]] += 1
            if result["status"] in ("decided", "repeated"):
                self.acknowledged[decision["id"]] = item["item"]


def check(dataset, reviewers):
    """What is wrong with the store after all of it."""
    faults = []
    with sqlite3.connect(f"file:{dataset}/winnow.sqlite?mode=ro", uri=True) as database:
        stored = collections.Counter(database.execute(
            "SELECT reviewer, submission FROM review WHERE undoneBy IS NULL").fetchall())
        for reviewer in reviewers:
            for number in reviewer.acknowledged:
                if stored[(reviewer.reviewer, number)] != 1:
                    faults.append(f"{reviewer.reviewer} {number}: {stored[(reviewer.reviewer, number)]} times")
        faults += [f"task {task} decided {count} times" for task, count in database.execute(
            "SELECT task, count(*) FROM review WHERE undoneBy IS NULL AND decision <> 'skip' "
            "GROUP BY task HAVING count(*) > 1")]
        late = database.execute("SELECT count(*) FROM reviewTask WHERE state = 'leased' AND expiresAt > ?",
                                [time.time() + LEASE]).fetchone()[0]
        if late:
            faults.append(f"{late} leases that last too long")
    verify = subprocess.run([WINNOW, "verify", "-d", dataset], capture_output=True, text=True)
    if verify.returncode:
        faults.append(f"verify: {verify.stdout[-500:]}{verify.stderr[-500:]}")
    return faults


def share(times, part):
    return round(1000 * sorted(times)[min(len(times) - 1, int(part * len(times)))], 2) if times else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("work")
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--decisions", type=int, default=2000, help="of each reviewer")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--think", type=float, default=0, help="seconds that a reviewer looks at an item")
    parser.add_argument("--images", type=int, default=20000)
    parser.add_argument("--rows", action="store_true", help="a set of rows without picture files")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    dataset = (make_rows if options.rows else make)(options.work, options.images)
    names = [f"r{k}" for k in range(options.reviewers)]
    errors = os.path.join(options.work, "server-messages.txt")
    server = Server(dataset, names, errors)
    tally = {"next": [], "submit": [], "failures": [], "statuses": collections.Counter()}
    reviewers = [Reviewer(name, options.decisions, options.think, server, tally) for name in names]
    start = time.time()
    for reviewer in reviewers:
        reviewer.start()
    kills, most = 0, options.reviewers * options.decisions
    while any(reviewer.is_alive() for reviewer in reviewers):
        time.sleep(0.05)
        if kills < options.kills and len(tally["submit"]) >= most * (kills + 1) / (options.kills + 1.5):
            kills += 1
            server.kill()
    seconds = time.time() - start
    server.process.send_signal(signal.SIGINT)
    server.process.wait()
    faults = check(dataset, reviewers)
    with open(errors, encoding="utf8", errors="replace") as file:
        faults += [line.strip() for line in file if "locked" in line]
    faults += tally["failures"]
    acknowledged = sum(len(reviewer.acknowledged) for reviewer in reviewers)
    if not acknowledged:
        faults.append("no decision was acknowledged")
    if kills < options.kills:
        faults.append(f"killed {kills} times of {options.kills}: too few decisions to be in the middle of them")
    if tally["statuses"].get("invalid"):
        faults.append(f"{tally['statuses']['invalid']} decisions were refused as invalid")
    figures = {"reviewers": options.reviewers, "acknowledged": acknowledged, "kills": kills,
               "seconds": round(seconds, 1), "decisions_per_second": round(acknowledged / seconds, 1),
               "statuses": dict(tally["statuses"]), "faults": faults[:20], "fault_count": len(faults)}
    for name in ("next", "submit"):
        figures[name] = {"p50_ms": share(tally[name], 0.5), "p95_ms": share(tally[name], 0.95),
                         "max_ms": share(tally[name], 1)}
    print(json.dumps(figures))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
