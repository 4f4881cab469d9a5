"""A disk that fills up under load, by the pipeline's own log or by somebody else's file: what can't be kept is refused with Retry-After, nothing that
was accepted is lost or there twice, and it goes on when there is room again. The disk is a small tmpfs in a mount namespace of the test's own."""
import http.client
import json
import os
import subprocess
import threading
import unittest
from pathlib import Path

import up
from up import event, until

MIB = 1 << 20
LAW = "据《中华人民共和国刑事诉讼法》" * 300  # 13 kB of text in each event


def long_event(number):
    return event(number, data={"incident_id": f"J{number}", "content": LAW})


class Full(up.Case):
    def setUp(self):
        super().setUp()
        self.accepted, self.answers, self.ended = {}, [], threading.Event()

    def disk(self, mib):
        """A file system of so many MiB at folder/disk, as `up` sees it; its path as the test sees it."""
        place = self.folder / "disk"
        place.mkdir()
        script = f"mount -t tmpfs -o size={mib}m none '{place}' && echo mounted && exec cat"
        self.holder = subprocess.Popen(["unshare", "-rm", "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: self.holder.communicate(timeout=10))
        if self.holder.stdout.readline() != "mounted\n":
            raise unittest.SkipTest(f"no mount namespaces here: {self.holder.stderr.read()}")
        return Path(f"/proc/{self.holder.pid}/root{place}")

    def up_there(self, *sets):
        inside = ("nsenter", "--preserve-credentials", "-U", "-m", "-t", str(self.holder.pid))
        return self.up(f"data_dir={self.folder / 'disk/data'}", *sets, under=inside)

    @staticmethod
    def fill(path, bytes_):
        """A file of so many bytes, or of all that there is room for."""
        with open(path, "wb", buffering=0) as file:
            while bytes_ > 0:
                try:
                    bytes_ -= file.write(b"x" * min(bytes_, MIB))
                except OSError:
                    return

    def send(self, one, worker, enough):
        """Posts batches one after the other, whatever is answered, until enough are accepted, it is told to end or nobody is there."""
        connection, n, taken = http.client.HTTPConnection("127.0.0.1", one.port, timeout=60), 0, 0
        while not self.ended.is_set() and taken != enough:
            n += 1
            batch = [long_event(f"{worker}-{n}-{i}") for i in range(20)]
            try:
                connection.request("POST", "/v1/events", json.dumps(batch), {"Content-Type": "application/cloudevents-batch+json"})
                reply = connection.getresponse()
                answer = json.loads(reply.read())
            except (OSError, http.client.HTTPException, ValueError):
                break
            taken += reply.status == 202
            self.answers.append((reply.status, answer.get("code"), reply.getheader("Retry-After")))
            for r in answer.get("receipts", []):
                self.accepted[batch[r["index"]]["id"]] = (r["partition"], r["offset"])
        connection.close()

    def load(self, one, enough=None):
        self.ended.clear()
        workers = [threading.Thread(target=self.send, args=(one, len(self.answers) + i, enough)) for i in range(4)]
        for worker in workers:
            worker.start()
        return workers

    def stop_load(self, workers):
        self.ended.set()
        for worker in workers:
            worker.join()

    def goes_on(self, one):
        """Takes 240 events more and no others: the disk is not to be full again. It may end late of what it could not write, and is started again."""
        kept = len(self.accepted)

        def gone_on():
            if one.process.poll() is not None:
                one.stop(code=None)
                one.start()
            workers = self.load(one, enough=3)
            until(lambda: not any(worker.is_alive() for worker in workers), "240 more are accepted", 120)
            return len(self.accepted) >= kept + 240
        until(gone_on, "it goes on", 120)

    def refused_politely(self):
        for status, code, retry_after in self.answers:
            if status != 202:
                self.assertEqual(status, 503, code)
                self.assertGreater(int(retry_after), 0)

    @staticmethod
    def taken(one, part):
        """Comes again when told to: the disk may be near its end for a moment while what was taken is worked off."""
        status, answer = one.post(part)
        return None if status == 503 else (status, answer)

    def all_there_once(self, one):
        ids = list(self.accepted)
        self.assertEqual(len(set(self.accepted.values())), len(ids), "two events at one place")
        for at in range(0, len(ids), 20):
            part = [long_event(n.removeprefix("t-")) for n in ids[at:at + 20]]
            status, answer = until(lambda: self.taken(one, part), "it takes what it has already")
            self.assertEqual((status, answer["duplicates"]), (202, len(part)), answer["rejected"])
            self.assertEqual([(r["partition"], r["offset"]) for r in answer["receipts"]], [self.accepted[n] for n in ids[at:at + 20]])

    def test_a_disk_that_the_log_fills_is_refused_in_time(self):
        disk = self.disk(320)
        self.fill(disk / "other", 100 * MIB)
        one = self.up_there("disk_reserve=64MiB")
        workers = self.load(one)
        until(lambda: any(a[1] == "full" for a in self.answers), "the disk is nearly full", 120)
        self.refused_politely()
        self.assertEqual(one.get("/healthz")[0], 200)
        self.assertEqual(one.get("/v1/warnings?limit=1")[0], 200)  # who asks is answered
        self.stop_load(workers)
        (disk / "other").unlink()
        process = one.process
        self.goes_on(one)
        self.assertIs(one.process, process, "what is refused in time stops nothing")
        self.all_there_once(one)
        one.stop()
        one.start()
        self.all_there_once(one)

    def test_a_disk_that_somebody_else_fills_loses_nothing(self):
        disk = self.disk(256)
        one = self.up_there()
        workers = self.load(one)
        until(lambda: len(self.accepted) >= 400, "some are accepted", 120)
        self.fill(disk / "other", 1024 * MIB)
        until(lambda: one.process.poll() is not None or any(a[1] == "full" for a in self.answers), "it is refused, or it stops", 120)
        self.stop_load(workers)
        self.refused_politely()
        (disk / "other").unlink()
        self.goes_on(one)
        self.all_there_once(one)

    def test_a_write_that_finds_no_room_stops_it_and_the_next_start_has_all(self):
        one = up.Up(self.folder)
        self.addCleanup(lambda: one.stop(code=None))
        for writes in (600, 1100, 1900):
            one.env = {"LD_PRELOAD": os.environ["SEAWALL_POWER"], "POWER_DIR": str(self.folder / "data"), "POWER_FULL": str(writes),
                       "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
            one.start()
            workers = self.load(one)
            until(lambda: one.process.poll() is not None, "it stops", 60)
            self.stop_load(workers)
            failed = [json.loads(line) for line in one.said().splitlines() if '"event":"up.failed"' in line]
            self.assertIn("No space left on device", failed[-1]["why"])
            one.stop(code=1)
            one.env = None
            one.start()
            one.stop()
        one.start()
        self.all_there_once(one)
        self.refused_politely()
        self.assertGreater(len(self.accepted), 200)


if __name__ == "__main__":
    up.main()
