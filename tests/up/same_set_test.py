"""What the running pipeline holds is what `seawall replay --final` says of the same events: in any order, doubled, corrected
over and over with keys that move, and killed in between."""
import datetime
import json
import random
import signal
import subprocess
import sys

import up
from up import until

PACK = up.ROOT / "deploy/packs/cn-police"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class SameSet(up.Case):
    def county(self, seed, cases):
        """Events of last year with a third corrected, many of these several times and into the keys of others."""
        path, rng = self.folder / "county.jsonl", random.Random(seed)
        up.seawall("generate", "--seed", seed, "--cases", cases, "--start", "2025-02-01", "--corrections", 30, "--duplicates", 5, "--late", 20, "--out", path)
        events = [json.loads(line) for line in path.read_text().splitlines()]
        pool, more = {}, {}
        for e in events:
            for key, value in e.get("data", {}).items():
                if key.endswith("_id") and isinstance(value, str):
                    pool.setdefault(key, []).append(value)
        for e in events:
            for n in range(rng.randrange(4) if e["type"] == "event.corrected" else 0):
                again = json.loads(json.dumps(e))
                again["id"] += f"-{n}"
                again["time"] = f"{again['time'][:14]}{rng.randrange(60):02d}{again['time'][16:]}"
                data = again["data"]["event"]["data"]
                for key in data.keys() & pool.keys():
                    if rng.random() < 0.7:
                        data[key] = rng.choice(pool[key][:200])
                more.setdefault(again["id"], again)
        events += more.values()
        rng.shuffle(events)
        path.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in events))
        return path, events

    def replayed(self, events):
        """The set that replay finds, every event known now."""
        path, stamp = self.folder / "replay.jsonl", now()
        path.write_text("".join(json.dumps({**e, "receivedtime": stamp}, ensure_ascii=False) + "\n" for e in events))
        out, _ = up.seawall("replay", "--rules", PACK, "--events", path, "--final", "--until", stamp)
        return {w["warning_id"]: w["state"] for w in (json.loads(line)["data"] for line in out.splitlines())}

    def held(self, one):
        """The set that the pipeline tells, all pages of it."""
        found, cursor = {}, ""
        while cursor is not None:
            status, page = one.get(f"/v1/warnings?limit=100{cursor}")
            self.assertEqual(status, 200, page)
            for item in page["warnings"]:
                warning = item.get("data", item)
                found[warning["warning_id"]] = warning["state"]
            cursor = f"&cursor={page['next']}" if page.get("next") else None
        return {k: state for k, state in found.items() if state != "withdrawn"}

    def send(self, one, path):
        return subprocess.Popen([up.SEAWALL, "import", "--to", f"http://127.0.0.1:{one.port}", "--json", "--batch", "100", str(path)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_in_any_order_and_corrected_over_and_over(self):
        path, events = self.county(2, 150)
        one = self.up()
        out, err = self.send(one, path).communicate(timeout=250)
        self.assertEqual(json.loads(out)["refused"], 0, err)
        wanted = self.replayed(events)
        self.assertGreater(len(wanted), 200)
        until(lambda: self.held(one) == wanted, "the sets are equal", 60)

    def test_killed_in_between(self):
        path, events = self.county(3, 150)
        one = self.up()
        one.sets = (f"http.listen=127.0.0.1:{one.port}",)  # the client goes on at the same address
        sending = self.send(one, path)
        for round in range(4):
            accepted = 'seawall_ingest_events_total{outcome="accepted"} '
            taken = lambda: sum(int(l.split()[-1]) for l in one.ask("GET", "/metrics")[2].decode().splitlines() if l.startswith(accepted))
            until(lambda: taken() >= 300 or sending.poll() is not None, "some of it has come")
            one.stop(signal.SIGKILL, code=-signal.SIGKILL)
            one.start()
        out, err = sending.communicate(timeout=250)
        self.assertEqual((sending.returncode, json.loads(out)["refused"]), (0, 0), err)
        wanted = self.replayed(events)
        until(lambda: self.held(one) == wanted, "the sets are equal", 60)


if __name__ == "__main__":
    sys.exit(up.main())
