"""What the tests of the command line share: running the program, temporary files, the place of shared data."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKS = ROOT / "deploy/packs"
SHARED = Path(os.environ.get("SEAWALL_SHARED", ROOT.parent / "shared"))
SEAWALL = None
SANITIZED = bool({"asan", "tsan"} & set(Path(sys.argv[1]).parts))  # a heap that is not the program's


def run(*args, stdin=None, code=0, env=None):
    """Runs seawall and checks its exit code; returns (stdout, stderr)."""
    done = subprocess.run([SEAWALL, *map(str, args)], input=stdin, capture_output=True, text=True, timeout=250,
                          env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}, not {code}: seawall {' '.join(map(str, args))}\n{done.stderr[-4000:]}")
    return done.stdout, done.stderr


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="seawall-test-")
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = Path(self.folder.name) / name
        path.write_bytes(text) if isinstance(text, bytes) else path.write_text(text)
        return path


def need(path):
    """Data that is not ours to carry along: says so where it is not there."""
    if not path.exists():
        raise unittest.SkipTest(f"{path} is not there: this test needs the shared data beside the checkout (or SEAWALL_SHARED)")
    return path


def main():
    global SEAWALL
    SEAWALL = sys.argv.pop(1)
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.skipped else 0)
