"""A process of its own: start, stop under load, restart, what it refuses to start on, what its tokens open."""
import json
import re
import signal
import subprocess
import threading
import unittest

import up
from up import Case, Up, event, main, seawall, until


class Life(Case):
    def test_it_serves_and_stops_cleanly(self):
        one = self.up()
        self.assertEqual(one.get("/healthz"), (200, {"status": "ok"}))
        self.assertEqual(one.get("/readyz"), (200, {"status": "ready", "reasons": []}))
        self.assertEqual(one.post(event(1))[0], 202)
        one.stop()
        events = [json.loads(line)["event"] for line in one.said().splitlines()]
        self.assertEqual(events[0], "up.ready")
        self.assertEqual(events[-1], "up.stopped")

    def test_what_was_answered_is_there_after_a_stop_under_load(self):
        one, accepted, stop = self.up(), [], threading.Event()

        def send(worker):
            n = 0
            while not stop.is_set():
                n += 1
                try:
                    status, answer = one.post(event(f"{worker}-{n}"))
                except (OSError, up.http.client.HTTPException, ValueError):
                    return
                if status == 202:
                    accepted.append(f"{worker}-{n}")

        workers = [threading.Thread(target=send, args=(i,)) for i in range(8)]
        for worker in workers:
            worker.start()
        until(lambda: len(accepted) > 200, "some are accepted")
        one.stop()
        stop.set()
        for worker in workers:
            worker.join()
        one.start()
        status, answer = one.post([event(n) for n in accepted[:900]])
        self.assertEqual((status, answer["accepted"], answer["duplicates"]), (202, 0, min(len(accepted), 900)))

    def test_kill_9_loses_nothing_that_was_answered(self):
        one, accepted = self.up(), []

        def send(worker):
            n = 0
            while True:
                n += 1
                try:
                    if one.post(event(f"{worker}-{n}"))[0] == 202:
                        accepted.append(f"{worker}-{n}")
                except (OSError, up.http.client.HTTPException, ValueError):
                    return

        workers = [threading.Thread(target=send, args=(i,)) for i in range(8)]
        for worker in workers:
            worker.start()
        until(lambda: len(accepted) > 200, "some are accepted")
        one.stop(signal.SIGKILL, code=-9)
        for worker in workers:
            worker.join()
        one.start()
        status, answer = one.post([event(n) for n in accepted[:900]])
        self.assertEqual((status, answer["accepted"], answer["duplicates"]), (202, 0, min(len(accepted), 900)))

    def refused(self, *sets, code=2):
        done = subprocess.run([up.SEAWALL, "up", "--set", "http.listen=127.0.0.1:0", *[x for s in sets for x in ("--set", s)]],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def test_two_processes_on_one_directory(self):
        one = self.up()
        said = self.refused(f"data_dir={self.folder / 'data'}")
        self.assertIn(f"process {one.process.pid} already runs on this data directory", said)
        self.assertEqual(one.get("/healthz")[0], 200)

    def test_of_many_that_start_at_once_one_has_the_directory(self):
        many = [up.Up(self.folder / str(n), f"data_dir={self.folder / 'data'}") for n in range(4)]
        started = []

        def start(one):
            one.folder.mkdir()
            try:
                started.append(one.start())
            except AssertionError as why:
                self.assertIn("already runs on this data directory", str(why))

        threads = [threading.Thread(target=start, args=(one,)) for one in many]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in many:
            self.addCleanup(lambda one=one: one.stop(code=None))
        self.assertEqual(len(started), 1)
        self.assertEqual(started[0].post(event(1))[0], 202)

    def test_a_directory_of_another_version_or_of_something_else(self):
        one = self.up()
        one.stop()
        (self.folder / "data/format").write_text("seawall 99\n")
        self.assertIn("its format is 'seawall 99', this program reads 'seawall 1'", self.refused(f"data_dir={self.folder / 'data'}"))
        self.assertIn("no data of seawall", self.refused(f"data_dir={self.folder}"))

    def test_partitions_stay_as_they_were(self):
        self.up("partitions=4").stop()
        self.assertIn("was made with 4 partitions", self.refused(f"data_dir={self.folder / 'data'}", "partitions=8"))
        one = self.up()  # without a word it is as the directory has it
        self.assertEqual(4, len(one.get("/v1/warnings?limit=1")[1]["as_of"]["positions"]["seawall.warnings"]))
        one.stop()

    def test_every_fault_of_a_file_is_told_in_one_run(self):
        path = self.file("bad.yaml", "data_dirr: x\nhttp:\n  listen: nowhere\n  header_time: soon\n  memory: 1\nlog: {level: loud}\nthreads: 1.5\n"
                         "auth:\n  keys:\n    - {alg: HS512, file: k}\n")
        _, said = seawall("config", "check", "--config", path, code=2)
        for part in ["bad.yaml:1:1", "did you mean 'data_dir'?", "bad.yaml:4:16", "bad.yaml:5:11", "debug info warn error", "bad.yaml:7:10"]:
            self.assertIn(part, said)
        self.assertIn("this is no address", self.refused(f"data_dir={self.folder / 'd'}", "http.listen=nowhere"))

    def test_every_fault_of_a_pack_is_told_in_one_run(self):
        pack = self.file("pack.yaml", "apiVersion: seawall/v1\nkind: RulePack\nmetadata: {name: p, version: 1.0.0, timezone: Asia/Shanghai}\nrules:\n"
                         "  - {id: a, kind: check, key: [incident_id], on: incident.recieved, level: red}\n"
                         "  - {id: b, kind: check, key: [incident_id], on: incident.received, when: data.urgnt, level: red}\n"
                         "  - {id: c, kind: check, key: [incident_id], on: incident.received, level: purple}\n")
        said = self.refused(f"data_dir={self.folder / 'd'}", f"packs={pack}", f"catalogue={up.ROOT / 'deploy/packs/catalogue'}")
        for part in ["pack.yaml:5:", "did you mean 'incident.received'?", "pack.yaml:6:", "data has no urgnt", "pack.yaml:7:", "one of green blue yellow"]:
            self.assertIn(part, said)

    def test_without_keys_only_the_loopback_is_served(self):
        self.assertIn("without keys only the loopback is listened on", self.refused(f"data_dir={self.folder / 'd'}", "http.listen=0.0.0.0:0"))
        one = self.up()
        self.assertIn('"event":"auth.none"', one.said())
        status, _, text = one.ask("GET", "/v1/session", headers={"Host": "evil.example"})
        self.assertEqual((status, json.loads(text)["code"]), (421, "host-not-local"))
        status, _, text = one.ask("POST", "/v1/session", "{}", {"Content-Type": "application/json", "Origin": "http://evil.example"})
        self.assertEqual((status, json.loads(text)["code"]), (403, "cross-origin"))


class Tokens(Case):
    def setUp(self):
        super().setUp()
        self.key = self.folder / "token.key"
        seawall("token", "--new-key", self.key)
        self.config = self.file("config.yaml", "auth:\n  keys:\n    - {kid: a, alg: HS256, file: token.key}\n")

    def token(self, *args):
        return seawall("token", "--key", self.key, "--kid", "a", *args)[0].strip()

    def test_tokens_open_what_their_roles_allow(self):
        one = self.up(args=("--config", str(self.config)))
        publisher = self.token("--sub", "case system", "--org", "320981", "--role", "publisher")
        viewer = self.token("--sub", "012345", "--org", "320981", "--role", "viewer")
        status, headers, text = one.ask("POST", "/v1/events", json.dumps(event(1)), {"Content-Type": "application/cloudevents+json"})
        self.assertEqual((status, headers["www-authenticate"]), (401, 'Bearer realm="seawall"'))
        self.assertEqual(json.loads(text)["code"], "unauthorized")
        self.assertEqual(one.post(event(1), token=viewer)[0], 403)
        self.assertEqual(one.post(event(1), token=publisher)[0], 202)
        self.assertEqual(one.post(event(2, orgcode="321001010000"), token=publisher)[0], 403)
        self.assertEqual(one.get("/v1/session", token=viewer)[1], {"sub": "012345", "org": "320981", "roles": "viewer", "local": False})
        self.assertEqual(one.ask("GET", "/v1/stream", token=publisher)[0], 403)
        self.assertEqual(one.ask("GET", "/metrics")[0], 200)

    def test_a_session_is_a_cookie_that_no_script_reads(self):
        one = self.up(args=("--config", str(self.config)))
        viewer = self.token("--sub", "012345", "--org", "320981", "--role", "viewer")
        body = json.dumps({"token": viewer})
        status, headers, _ = one.ask("POST", "/v1/session", body, {"Content-Type": "application/json"})
        self.assertEqual(status, 204)
        cookie = headers["set-cookie"]
        self.assertRegex(cookie, r"^seawall_session=[\w.-]+; Path=/; HttpOnly; SameSite=Strict$")
        self.assertEqual(one.ask("GET", "/v1/session", headers={"Cookie": cookie.split(";")[0]})[0], 200)
        status, headers, _ = one.ask("DELETE", "/v1/session")
        self.assertIn("Max-Age=0", headers["set-cookie"])
        status, _, text = one.ask("POST", "/v1/session", json.dumps({"token": viewer[:-4] + "AAAA"}), {"Content-Type": "application/json"})
        self.assertEqual(status, 401)
        audit = [json.loads(line) for line in (self.folder / "data/audit.jsonl").read_text().splitlines()]
        self.assertEqual([(a["action"], a["outcome"]) for a in audit], [("session.open", "done"), ("session.open", "refused")])

    def test_sighup_reads_the_keys_again(self):
        one = self.up(args=("--config", str(self.config)))
        old = self.token("--sub", "x", "--org", "3209", "--role", "viewer")
        self.assertEqual(one.get("/v1/session", token=old)[0], 200)
        self.key.unlink()
        seawall("token", "--new-key", self.key)
        one.process.send_signal(signal.SIGHUP)
        until(lambda: '"event":"up.reloaded"' in one.said(), "it has reloaded")
        self.assertEqual(one.get("/v1/session", token=old)[0], 401)
        new = self.token("--sub", "x", "--org", "3209", "--role", "viewer")
        self.assertEqual(one.get("/v1/session", token=new)[0], 200)
        self.key.write_text("short")
        one.process.send_signal(signal.SIGHUP)
        until(lambda: '"event":"up.reload-failed"' in one.said(), "it says that it could not")
        self.assertEqual(one.get("/v1/session", token=new)[0], 200)  # the keys of before hold

    def test_a_token_says_who_and_where(self):
        _, said = seawall("token", "--key", self.key, "--sub", "x", "--role", "viewer", code=2)
        self.assertIn("name the unit with --org", said)
        _, said = seawall("token", "--key", self.key, "--sub", "x", "--org", "3209", "--role", "king", code=2)
        self.assertIn("there is no role 'king'", said)
        _, said = seawall("token", "--new-key", self.key, code=1)
        self.assertIn("is there already", said)


if __name__ == "__main__":
    main()
