"""scripts/run as a newcomer types it: it comes to its end, shows what it promises, and the curl that it prints works."""
import os
import re
import signal
import subprocess
import threading
from pathlib import Path

import cli

END_S = 120


class Script:
    """scripts/run on its way, in a group of its own; what it printed so far is `text`."""

    def __init__(self, *options):
        self.process = subprocess.Popen([cli.ROOT / "scripts/run", "--bin", Path(cli.SEAWALL).parent, *options], text=True, start_new_session=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.text = ""
        self.timer = threading.Timer(END_S, self.signal, [signal.SIGTERM])
        self.timer.start()

    def signal(self, number):
        os.killpg(self.process.pid, number)

    def until(self, pattern):
        """Reads on to the line in which the pattern is."""
        for line in self.process.stdout:
            self.text += line
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"it ended without {pattern!r}:\n{self.text[-6000:]}")

    def end(self):
        self.text += self.process.stdout.read()
        code = self.process.wait()
        if code:
            raise AssertionError(f"exit code {code}:\n{self.text[-6000:]}")
        return self.text

    def close(self):
        """Of one that did not come to its end nothing goes on: it stops what it has started, brokers among it."""
        self.timer.cancel()
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
            self.process.communicate()
        self.process.stdout.close()


class Run(cli.Case):
    def script(self, *options):
        script = Script("--data", Path(self.folder.name) / "data", *options)
        self.addCleanup(script.close)
        return script

    def shows(self, text, *patterns):
        for pattern in patterns:
            self.assertRegex(text, pattern)

    def test_once(self):
        text = self.script("--once", "--port", "0").end()
        self.shows(text, r"ready: http://127\.0\.0\.1:\d+", r"breach  \S+=\S+", r"to \+?\d+, \d parts: ", r"rechecked → closed", r"/dashboard/")

    def test_live(self):
        script = self.script("--port", "0")
        script.until(r"Live from here")
        post = re.search(r"^  (curl -i .*?\}\}')$", script.text, re.S | re.M)
        self.assertIsNotNone(post, script.text)
        answer = subprocess.run(["bash", "-c", post[1]], capture_output=True, text=True, timeout=60)
        self.shows(answer.stdout, r"^HTTP/1.1 202 ", r'"accepted":\s*1')
        script.until(r"^raised .*breach .*P-ME.* cr\.detain\.request")
        script.signal(signal.SIGINT)
        script.end()

    def test_replay(self):
        text = self.script("--replay").end()
        if (cli.SHARED / "data/roadtraffic50traces.xes").exists():
            self.shows(text, r"it-road-fines")
        self.shows(text, r"第\S+条", r"Now your own")

    def test_kafka(self):
        text = self.script("--kafka", "--once", "--cases", "40").end()
        self.shows(text, r"seawall-report at http://127\.0\.0\.1:\d+", r"(?m)^[1-9]\d* warnings: the same as seawall replay$")


if __name__ == "__main__":
    cli.main()
