"""kill -9 under load, 50 times: what was answered is there once, every warning is decided once, and the set is replay's."""
import http.client
import json
import os
import random
import signal
import tempfile
import threading
from pathlib import Path

import answers_test
import up
from up import until

ROUNDS = int(os.environ.get("SEAWALL_KILLS", "50"))
CASES = 80
BATCH = 5
MEMORY = "/dev/shm"  # what kill -9 leaves is in memory anyway; tests/crash cuts the power


class Senders:
    """Four clients that send every batch until it is answered, to whatever port there is now."""

    def __init__(self, lines):
        self.left = [(at, lines[at:at + BATCH]) for at in range(0, len(lines), BATCH)]
        random.Random(1).shuffle(self.left)
        self.answered, self.lock, self.stop = {}, threading.Lock(), threading.Event()

    def run(self, port):
        connection = None
        while not self.stop.is_set():
            with self.lock:
                if not self.left:
                    break
                first, batch = self.left.pop()
            answer = {}
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("POST", "/v1/events", b"[" + b",".join(batch) + b"]", {"Content-Type": "application/cloudevents-batch+json"})
                answer = json.loads(connection.getresponse().read())
            except (OSError, http.client.HTTPException, ValueError):
                if connection:
                    connection.close()
                connection = None
            with self.lock:
                for r in answer.get("receipts", []):
                    self.answered[first + r["index"]] = (r["partition"], r["offset"])
                if len(answer.get("receipts", [])) != len(batch):
                    self.left.insert(0, (first, batch))
        if connection:
            connection.close()

    def load(self, port, enough):
        """Sends until so many more are answered, and is still sending when it returns."""
        self.stop.clear()
        before = len(self.answered)
        threads = [threading.Thread(target=self.run, args=(port,)) for _ in range(4)]
        for t in threads:
            t.start()
        until(lambda: len(self.answered) >= before + enough or not self.left, "events are answered", 120)
        return threads

    def end(self, threads):
        self.stop.set()
        for t in threads:
            t.join()


class Kills(answers_test.County):
    test_a_stream_misses_nothing_however_late_it_comes = None
    test_every_figure_is_as_long_as_its_list = None
    test_figures_of_warnings_are_those_of_the_list = None
    test_the_commands_ask_it = None
    test_explain_asks_it_as_it_asks_files = None
    test_bulletins_come_in_every_form = None

    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory(prefix="seawall-kill-", dir=MEMORY if os.path.isdir(MEMORY) else None)
        cls.addClassCleanup(cls.kept.cleanup)
        cls.events_file = Path(cls.kept.name) / "events.jsonl"
        up.seawall("generate", "--seed", 5, "--cases", CASES, "--duplicates", 0, "--out", cls.events_file)
        cls.lines = cls.events_file.read_bytes().splitlines()
        cls.senders = Senders(cls.lines)
        cls.one = up.Up(cls.kept.name)
        cls.addClassCleanup(lambda: cls.one.stop(code=None))
        chance = random.Random(2)
        share = len(cls.lines) // (ROUNDS + 1)
        for _ in range(ROUNDS):
            cls.one.start()
            threads = cls.senders.load(cls.one.port, chance.randint(1, share))
            cls.one.stop(signal.SIGKILL, code=-signal.SIGKILL)
            cls.senders.end(threads)
        cls.at_last_kill = len(cls.senders.answered)
        cls.one.start()
        cls.senders.end(cls.senders.load(cls.one.port, len(cls.lines)))
        cls.one.rest()

    def test_what_was_answered_is_there_once(self):
        answered = self.senders.answered
        self.assertGreater(self.at_last_kill, ROUNDS)
        self.assertEqual(len(answered), len(self.lines))
        self.assertEqual(len(set(answered.values())), len(answered), "two events at one place")
        for at in range(0, len(self.lines), 100):
            part = self.lines[at:at + 100]
            status, _, text = self.one.ask("POST", "/v1/events", b"[" + b",".join(part) + b"]", {"Content-Type": "application/cloudevents-batch+json"})
            answer = json.loads(text)
            self.assertEqual((status, answer["duplicates"]), (202, len(part)))
            self.assertEqual([(r["partition"], r["offset"]) for r in answer["receipts"]], [answered[at + r["index"]] for r in answer["receipts"]])

    def test_every_warning_was_decided_once(self):
        told = self.one.told()
        standing, before = {}, {}
        for _, what, w in told:
            name = w["data"]["warning_id"]
            if what == "warning.raised":
                self.assertFalse(standing.get(name), f"{name} was raised twice")
            self.assertNotEqual(before.get(name), (what, w["id"]), f"{name}: a change was told twice")
            standing[name] = what != "warning.withdrawn"
            before[name] = (what, w["id"])
        self.assertGreater(len(standing), 100)


if __name__ == "__main__":
    up.main()
