"""Runs a page of docs: writes its files, runs its commands, compares what they print.

  page.py SEAWALL PAGE

```yaml NAME (also json) is a file, with + after the name more of it; ```sh is run, `fails` after it means with an exit code
that is not 0; ```text is what the commands before it print.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.M | re.S)


def same(text):
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def run(commands, fails, folder, env):
    done = subprocess.run(["sh", "-eu", "-c", commands], cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    assert (done.returncode != 0) == fails, f"{commands}exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stderr + done.stdout


def main():
    seawall, page = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).read_text()
    env = {**os.environ, "PATH": f"{seawall.parent}:{os.environ['PATH']}", "TERM": "dumb"}
    ran, printed, seen = 0, "", 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, words, text in BLOCK.findall(page):
            words = words.split()
            if kind in ("yaml", "json"):
                path = folder / words[0]
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("a" if words[1:] == ["+"] else "w") as out:
                    out.write(text)
            elif kind == "sh":
                printed = run(text, words == ["fails"], folder, env)
                assert printed or "sed" in text, text
                ran += 1
            else:
                assert same(printed) == same(text), f"the page says\n{text}\nbut it prints\n{printed}"
                seen += 1
    assert ran and seen, (ran, seen)
    print(f"{ran} blocks of commands, {seen} of output")


if __name__ == "__main__":
    main()
