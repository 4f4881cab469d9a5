#!/usr/bin/env python3
"""Kills, suspends and cuts off nodes and brokers of a real cluster, and judges what is on the topics.

The judge is kcat, read_committed: it shares nothing with the bus. Each word that was put in is counted exactly once
and in order (no lost write, no duplicate, no aborted read, no torn transaction, no non-monotonic poll), and each
period that was not closed is warned of exactly once.

  crash_test.py BUILD_DIR [--rounds N] [--seed N] [TEST...]
"""
import argparse
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from proxy import Proxy, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_S = int(os.environ.get("SW_TEST_WAIT_S", 90))
KEEP = bool(os.environ.get("SW_TEST_KEEP"))  # print what the nodes have said, and keep their folders and the brokers' data


def fail(text):
    raise AssertionError(text)


class Cluster:
    """Brokers that tests share; `own`: of one test, without what a run that failed has left of them."""

    def __init__(self, build, name, brokers=1, proxied=None, own=False):
        self.dir = build / f"kafka-{name}"
        if own:
            self.do("stop", "--purge")
        extra = ["--proxied", str(proxied)] if proxied else []
        self.servers = self.do("start", "--brokers", str(brokers), *extra).split("\n")[0]
        self.brokers = brokers

    def do(self, *words):
        done = subprocess.run([ROOT / "scripts/kafka", *words, "--dir", self.dir], stdout=subprocess.PIPE, text=True, timeout=180)
        if done.returncode:
            fail(f"scripts/kafka {' '.join(words)} has failed")
        return done.stdout.strip()


def kcat(servers, *words, data=None):
    done = subprocess.run(["kcat", "-b", servers, *words], input=data, capture_output=True, text=True, timeout=WAIT_S)
    if done.returncode:
        fail(f"kcat {' '.join(words)}: {done.stderr[-500:]}")
    return done.stdout


class Node:
    """A process of tests/kafka/node.c, whose lines can be waited for."""

    def __init__(self, world, folder, servers=None, **options):
        words = []
        for name, value in {"brokers": servers or world.cluster.servers, "prefix": world.prefix, "groups": world.groups, **options}.items():
            words += [f"--{name.replace('_', '-')}", str(value)]
        self.log = world.folder / f"{folder}-{len(world.nodes)}.log"
        self.seen = 0
        self.process = subprocess.Popen([world.build / "tests/kafka_node", *words, "--dir", world.folder / folder],
                                        stdin=subprocess.PIPE, stdout=self.log.open("w"), stderr=subprocess.STDOUT, text=True)
        world.nodes.append(self)

    def text(self):
        return self.log.read_text(errors="replace")

    def wait(self, word, times=1, timeout=WAIT_S):
        deadline = time.monotonic() + timeout
        while self.text().count(word) < times:
            if self.process.poll() is not None and self.text().count(word) < times:
                fail(f"the node has ended ({self.process.returncode}) before it said '{word}':\n{self.text()[-3000:]}")
            if time.monotonic() > deadline:
                fail(f"the node has not said '{word}' {times} times within {timeout} s:\n{self.text()[-3000:]}")
            time.sleep(0.01)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def obey(self, line):
        before = self.text().count("done")  # it may be quicker than the next look at its words
        self.tell(line)
        self.wait("done", times=before + 1)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(WAIT_S):
            fail(f"the node has ended with {self.process.returncode}:\n{self.text()[-3000:]}")
        if "without_due 0 without_key 0 ok" not in self.text():
            fail(f"timers are missing:\n{self.text()[-500:]}")


class World:
    """Words and periods that were put in, and what must come of them."""

    def __init__(self, build, cluster, seed, groups=2, keys=40):
        self.build, self.cluster, self.groups, self.keys = build, cluster, groups, keys
        self.random = random.Random(seed)
        self.prefix = f"c{self.random.getrandbits(32):08x}{time.time_ns() % 10**6}."
        self.folder = Path(tempfile.mkdtemp(prefix="seawall-kafka-", dir=build))
        self.nodes = []
        self.words, self.opened, self.closed = {}, set(), set()
        self.periods = self.probes = 0

    def put(self, words=200, periods=20):
        lines = []
        for _ in range(words):
            key = f"w{self.random.randrange(self.keys)}"
            self.words[key] = self.words.get(key, 0) + 1
            lines.append(f"{key}:x")
        self.send("toy.words", lines)
        now = int(time.time() * 1000)
        lines = []
        for _ in range(periods):
            key = f"p{self.periods}"
            self.periods += 1
            if self.random.random() < 0.5:
                lines += [f"{key}:open {now} {self.random.randrange(2000)}"]
                self.opened.add(key)
            else:
                lines += [f"{key}:open {now} 3600000", f"{key}:close {now + 1}"]
                self.closed.add(key)
        if lines:
            self.send("toy.periods", lines)

    def send(self, topic, lines):
        """Each once, though a leader may be moving: what is put in must be what is counted on."""
        kcat(self.cluster.servers, "-P", "-t", self.prefix + topic, "-K:", "-X", "partitioner=murmur2_random",
             "-X", "enable.idempotence=true", data="\n".join(lines) + "\n")

    def read(self, topic):
        out = kcat(self.cluster.servers, "-C", "-e", "-q", "-t", self.prefix + topic, "-X", "isolation.level=read_committed", "-f", "%k %s\n")
        return [line.split(" ", 1) for line in out.splitlines()]

    def counted(self):
        return sum(key != "probe" for key, _ in self.read("toy.counts"))

    def wait_for_open_transactions(self):
        """A record behind a transaction that is open can't be read before the brokers have ended it."""
        self.probes += 1
        for partition in range(4):
            kcat(self.cluster.servers, "-P", "-t", self.prefix + "toy.counts", "-p", str(partition), "-K:", data="probe:0\n")
        deadline = time.monotonic() + WAIT_S
        while sum(key == "probe" for key, _ in self.read("toy.counts")) < self.probes * 4:
            if time.monotonic() > deadline:
                fail("a transaction is still open")

    def settle(self):
        """Waits until as much has come out as must, then looks at all of it."""
        deadline = time.monotonic() + WAIT_S
        while self.counted() < sum(self.words.values()) or len(self.read("toy.warnings")) < len(self.opened):
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        self.judge()

    def judge(self):
        counts, faults = {}, []
        for key, value in self.read("toy.counts"):
            counts.setdefault(key, []).append(int(value))
        for key, times in sorted(self.words.items()):
            got, want = counts.get(key, []), list(range(1, times + 1))
            if got == want:
                continue
            kind = "duplicate" if len(got) != len(set(got)) else "lost write" if len(got) < len(want) else "non-monotonic"
            faults.append(f"{kind}: {key} was put in {times} times, and these counts came: {got}")
        warned = {}
        for key, value in self.read("toy.warnings"):
            warned.setdefault(key, []).append(value)
        for key in sorted(self.opened):
            if len(warned.get(key, [])) != 1 or not warned[key][0].startswith("raised"):
                faults.append(f"{key} is warned of once and not: {warned.get(key)}")
        faults += [f"{key} was closed in time, and: {warned[key]}" for key in sorted(self.closed) if key in warned]
        if faults:
            fail("\n".join(faults[:20]) + "".join(f"\n--- {n.log.name}\n{n.text()[-1500:]}" for n in self.nodes[-3:]))

    def done(self):
        for node in self.nodes:
            if node.process.poll() is None:
                node.process.send_signal(signal.SIGCONT)
                node.kill()
        KEEP or shutil.rmtree(self.folder)


# ---- tests: each is given a world ----

def killed_nodes_lose_and_repeat_nothing(w, rounds):
    """kill -9 at any moment, a flush of the store among them; the disk kept, and now and then lost."""
    node = Node(w, "a")
    node.wait("ready")
    for i in range(rounds):
        w.put()
        node.wait("committed", times=node.text().count("committed") + 1)
        if w.random.random() < 0.7:
            w.put(words=50, periods=5)
        node.kill()
        if w.random.random() < 0.3:
            shutil.rmtree(w.folder / "a", ignore_errors=True)
            if w.random.random() < 0.5:  # and again while what was lost comes back
                node = Node(w, "a")
                time.sleep(w.random.random())
                node.kill()
        node = Node(w, "a")
    w.settle()
    node.stop()


def partitions_move_between_two_instances(w, rounds):
    """One gives a group up, the other takes it, with and without a standby copy."""
    a, b = Node(w, "a", lanes="1,2", stand_by="1,2"), Node(w, "b", lanes="", stand_by="1,2")
    a.wait("ready")
    b.wait("ready")
    owner = {1: a, 2: a}
    for i in range(rounds):
        w.put()
        lane = w.random.choice((1, 2))
        old = owner[lane]
        new = b if old is a else a
        old.obey(f"leave {lane}")
        new.obey(f"claim {lane}")
        owner[lane] = new
    w.settle()
    a.stop()
    b.stop()


def a_zombie_is_fenced(w, rounds):
    """Suspended, its partitions taken by another, awake again: what it still has in hand is not committed."""
    folders = ["a", "b"]
    zombie = Node(w, folders[0])
    zombie.wait("ready")
    for i in range(rounds):
        w.put()
        zombie.wait("committed")
        w.put()
        zombie.process.send_signal(signal.SIGSTOP)
        heir = Node(w, folders[(i + 1) % 2])
        heir.wait("committed")
        zombie.process.send_signal(signal.SIGCONT)
        w.put()
        w.settle()
        zombie.kill()
        zombie = heir
    zombie.stop()


def a_broker_that_comes_back_is_waited_for(w, rounds):
    """The only broker killed with -9 and started again; one of three, the same."""
    node = Node(w, "a", transaction_ms=5000)
    node.wait("ready")
    for i in range(rounds):
        w.put()
        node.wait("committed")
        broker = str(w.random.randrange(w.cluster.brokers) + 1)
        w.cluster.do("kill", broker)
        w.cluster.do("up", broker)
        w.put()
        w.settle()
    node.stop()


def commits_of_unknown_outcome_are_found_out(w, rounds):
    """The network is cut as the end of a transaction goes by: before it arrives, or before its answer does."""
    proxy = w.proxy
    node = Node(w, "a", servers=proxy.address, transaction_ms=1500)
    node.wait("ready")
    for i in range(rounds):
        lost = node.text().count("kafka.lost")
        proxy.cut_at_end_of_transaction(forward=i % 2 == 0)
        w.put(words=50, periods=4)
        proxy.wait_cut()
        node.wait("kafka.lost", times=lost + 1)
        proxy.mend()
        w.settle()
    node.stop()


def what_was_backed_out_is_written_again(w, rounds):
    """A transaction fails after the brokers have written records of it whose answers were lost: written again, they are no repeats."""
    node = Node(w, "a", servers=w.proxy.address)
    node.wait("ready")
    for i in range(rounds):
        w.proxy.wrote = False
        while not w.proxy.wrote:
            w.proxy.fail_transaction(w.prefix + "toy.counts")
            w.put(words=50, periods=4)
            while not w.proxy.has_failed.wait(5):
                w.put(words=10, periods=0)  # the groups' offsets are not in every transaction
        w.settle()
    node.stop()


def a_suspended_node_comes_back_by_itself(w, rounds):
    """Suspended as it commits, for longer than the brokers keep its transaction, and nobody takes its place."""
    node = Node(w, "a", servers=w.proxy.address, broker_ms=4000)
    node.wait("ready")
    for i in range(rounds):
        w.proxy.cut_at_end_of_transaction(forward=False)
        w.put(words=50, periods=0)  # each commit writes to toy.counts, where it is seen to be open
        w.proxy.wait_cut()
        node.process.send_signal(signal.SIGSTOP)
        w.proxy.mend()
        w.wait_for_open_transactions()
        node.process.send_signal(signal.SIGCONT)
        w.settle()
        if node.text().count("kafka.fenced") or node.text().count("kafka.lost") <= i:
            fail(f"what the brokers ended is not told as that:\n{node.text()[-2000:]}")
    node.stop()


def a_slow_network_is_only_slow(w, rounds):
    """Every answer comes late, some connections break in the middle."""
    node = Node(w, "a", servers=w.proxy.address)
    node.wait("ready")
    w.proxy.delay = 0.03
    for i in range(rounds):
        w.put(words=50, periods=4)
        w.proxy.break_connections()
    w.proxy.delay = 0
    w.settle()
    node.stop()


def a_clock_that_is_set_wrong(w, node, again):
    """While the node works: it ends before anything is told too early, and goes on once the clock is right."""
    counted = w.counted()
    node.obey("ahead 86400")
    w.put(words=20, periods=20)
    node.wait("s ahead of the brokers' clocks: set right")
    if node.process.wait(WAIT_S) == 0 or w.counted() != counted:
        fail("it goes on by a wrong clock")
    node = again()
    w.settle()
    node.stop()


def what_does_not_fit_is_refused(w, rounds):
    """Another format of state, an older and a newer one, a clock that is behind, a changelog that is gone: said, and nothing touched."""
    def refused(words, folder, ended=True, **options):
        node = Node(w, folder, **options)
        deadline = time.monotonic() + WAIT_S
        while words not in node.text():
            if time.monotonic() > deadline or (ended and node.process.poll() is not None and words not in node.text()):
                fail(f"'{words}' is not said:\n{node.text()[-2000:]}")
            time.sleep(0.02)
        if ended and node.process.wait(WAIT_S) == 0:
            fail("it has not refused")
        node.kill()

    node = Node(w, "a", ahead_s=3000, may_ahead_s=4000, format=2)
    node.wait("ready")
    w.put()
    w.settle()
    node.stop()
    before = [sorted(w.read(t)) for t in ("toy.counts", "toy.warnings")]  # partitions come in any order
    w.put(words=5, periods=0)
    late = {"ahead_s": 3000, "may_ahead_s": 4000}
    refused("its rows have format 2, and this Seawall reads 3", "b", format=3, **late)
    refused("its rows have format 2, and this Seawall reads 1", "c", format=1, **late)
    refused("format 2, this Seawall reads 3", "a", format=3, **late)
    refused("format 2, this Seawall reads 1", "a", format=1, **late)
    refused("s behind the last commit: set right", "d", ended=False, format=2)
    refused("s behind the last commit: set right", "a", ended=False, format=2)
    refused("s ahead of the brokers' clocks: set right", "e", ended=False, format=2, ahead_s=3000)
    refused("s behind the brokers' clocks: set right", "e", ended=False, format=2, ahead_s=-3000, service="other")
    if before != [sorted(w.read(t)) for t in ("toy.counts", "toy.warnings")]:
        fail("what was refused has written")
    node = Node(w, "a", format=2, **late)
    w.settle()
    a_clock_that_is_set_wrong(w, node, lambda: Node(w, "a", format=2, **late))
    words = w.prefix + "toy.words"
    set_topic(w, words, "cleanup.policy", "compact")
    refused("cleanup.policy is 'compact', and 'delete' is needed", "a", format=2, **late)
    set_topic(w, words, "cleanup.policy", "delete")
    set_topic(w, words, "retention.ms", "604800000")
    refused("retention.ms is 604800000, and its records are to be kept for ever", "a", format=2, **late)
    set_topic(w, words, "retention.ms", "-1")
    node = Node(w, "a", format=2, **late)
    w.put(words=20, periods=0)
    w.settle()
    node.stop()
    changelog = w.prefix + "seawall.counter.counts.changelog"
    delete_topic(w, changelog)
    until_gone(w, changelog)
    refused("state went with it", "f", format=2, **late)
    refused("state went with it", "a", format=2, **late)
    refused("state went with it", "a", format=2, make=0, **late)
    create_topic(w, changelog, 3)
    refused("has 3 partitions, 4 are configured", "a", format=2, **late)
    delete_topic(w, changelog)
    until_gone(w, changelog)
    create_topic(w, changelog, 4, "delete")
    refused("cleanup.policy is 'delete', and 'compact' is needed", "a", format=2, **late)
    delete_topic(w, changelog)
    until_gone(w, changelog)
    create_topic(w, changelog, 4)
    refused("the topic was deleted, or this is another cluster's data_dir", "a", format=2, **late)


def processes_with_other_rules_do_not_work_side_by_side(w, rounds):
    """As in an upgrade: who is started first with the new rules waits for the last with the old ones, and nobody decides by both."""
    def node(instance, digest):
        return Node(w, "ab"[instance], lanes=str(instance + 1), stand_by="1,2", instance=instance, digest=digest)

    def held(one, other, digest):
        one.wait(f"toys-{other} at ")
        one.wait(f"(digest {digest}, here ")
        before = one.text().count("kafka.claimed")
        return lambda: one.text().count("kafka.claimed") > before and fail(f"it works beside one that differs:\n{one.text()[-2000:]}")

    a, b = node(0, "old"), node(1, "old")
    w.put()
    w.settle()
    a.stop()
    a = node(0, "new")
    still = held(a, 1, "old")
    w.put()
    b.wait("committed", times=b.text().count("committed") + 1)
    still()
    b.stop()
    b = node(1, "new")
    w.settle()  # with nobody left who differs both work
    b.kill()
    b = node(1, "new")  # and one that was killed does not wait for itself
    w.put()
    w.settle()
    a.kill()
    a = node(0, "newer")
    still = held(a, 1, "new")
    still()
    b.kill()  # the brokers find out
    w.put()
    a.wait("kafka.claimed")
    a.process.send_signal(signal.SIGSTOP)
    b = node(1, "newest")  # taken in once the brokers think that the other is gone
    still = held(b, 0, "newer")
    still()
    b.wait("kafka.claimed")
    a.process.send_signal(signal.SIGCONT)  # which now has to wait itself
    still = held(a, 1, "newest")
    w.put()
    b.wait("committed", times=b.text().count("committed") + 1)
    still()
    a.stop()
    a = node(0, "newest")
    w.settle()
    a.stop()
    b.stop()


def request(w, api, version, body):
    """One request of the Kafka protocol, which no client of this machine has a word for; the whole answer."""
    def text(s):
        return struct.pack(">h", len(s)) + s.encode()

    host, port = w.cluster.servers.split(",")[0].rsplit(":", 1)
    message = struct.pack(">hhi", api, version, 1) + text("test") + body(text)
    with socket.create_connection((host, int(port)), timeout=30) as s:
        s.sendall(struct.pack(">i", len(message)) + message)
        with s.makefile("rb") as answer:
            return answer.read(struct.unpack(">i", answer.read(4))[0])


def about_topic(w, api, version, name, body):
    """A request about one topic, again while the brokers are not done with the one before."""
    def done():
        answer = request(w, api, version, body)  # correlation, throttle time, count, name, error code
        return struct.unpack_from(">h", answer, 14 + len(name))[0] == 0
    deadline = time.monotonic() + WAIT_S
    while not done():
        if time.monotonic() > deadline:
            fail(f"the brokers do not make or delete {name}")
        time.sleep(0.1)


def delete_topic(w, name):
    about_topic(w, 20, 1, name, lambda text: struct.pack(">i", 1) + text(name) + struct.pack(">i", 30000))


def create_topic(w, name, partitions, policy="compact"):
    about_topic(w, 19, 2, name, lambda text: struct.pack(">i", 1) + text(name) + struct.pack(">ihi", partitions, 1, 0) + struct.pack(">i", 1) +
            text("cleanup.policy") + text(policy) + struct.pack(">ib", 30000, 0))


def set_topic(w, name, setting, value):
    """One setting of a topic, as kafka-configs does."""
    answer = request(w, 44, 0, lambda text: struct.pack(">ib", 1, 2) + text(name) + struct.pack(">i", 1) + text(setting) + struct.pack(">b", 0) +
                     text(value) + struct.pack(">b", 0))
    code = struct.unpack_from(">h", answer, 12)[0]  # correlation, throttle time, count, error code
    if code:
        fail(f"{name} can't be set to {setting} {value}: error {code} of the brokers")


def until_gone(w, topic):
    deadline = time.monotonic() + WAIT_S
    while f'"{topic}"' in kcat(w.cluster.servers, "-L"):
        if time.monotonic() > deadline:
            fail(f"{topic} is still there")


TESTS = {  # name: function, rounds, brokers, through the proxy
    "kill": (killed_nodes_lose_and_repeat_nothing, 10, 1, False),
    "move": (partitions_move_between_two_instances, 8, 1, False),
    "zombie": (a_zombie_is_fenced, 2, 1, False),
    "broker": (a_broker_that_comes_back_is_waited_for, 2, 1, False),
    "broker3": (a_broker_that_comes_back_is_waited_for, 2, 3, False),
    "unknown": (commits_of_unknown_outcome_are_found_out, 6, 1, True),
    "backed_out": (what_was_backed_out_is_written_again, 2, 1, True),
    "suspended": (a_suspended_node_comes_back_by_itself, 3, 1, True),
    "refused": (what_does_not_fit_is_refused, 1, 1, False),
    "packs": (processes_with_other_rules_do_not_work_side_by_side, 1, 1, False),
    "slow": (a_slow_network_is_only_slow, 2, 1, True),
}


def run(build, name, seed, rounds):
    function, default, brokers, proxied = TESTS[name]
    proxy = Proxy() if proxied else None
    shared = name in ("kill", "move", "zombie", "refused", "packs")
    cluster = Cluster(build, "crash" if shared else f"crash-{name}", brokers, proxy.port if proxy else None, own=not shared)
    if proxy:
        proxy.start(int((cluster.dir / "1/proxied").read_text()))
    world = World(build, cluster, seed)
    world.proxy = proxy
    try:
        function(world, rounds or default)
    finally:
        if KEEP:
            for node in world.nodes:
                print(node.text())
        world.done()
        if proxy:
            proxy.stop()
        if not shared:
            cluster.do("stop", *([] if KEEP else ["--purge"]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("tests", nargs="*", default=None)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    args = parser.parse_args()
    for name in args.tests or TESTS:
        start = time.monotonic()
        try:
            run(args.build.resolve(), name, args.seed, args.rounds)
        except AssertionError as fault:
            print(f"{name}: FAILED, repeat with --seed {args.seed} {name}\n{fault}")
            return 1
        print(f"{name}: ok, {time.monotonic() - start:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
