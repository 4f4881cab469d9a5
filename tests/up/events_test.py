"""POST /v1/events as its clients see it: three modes, every answer of the contract, bad input, kill -9, dead letters."""
import http.client
import json
import random
import signal
import subprocess
import sys
import threading

import up
from up import event, until

STRUCTURED = {"Content-Type": "application/cloudevents+json"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}


def text_of(value):
    return json.dumps(value, ensure_ascii=False).encode()


class Events(up.Case):
    def post(self, one, body, headers=None):
        status, fields, text = one.ask("POST", "/v1/events", body, headers or STRUCTURED)
        return status, fields, json.loads(text)

    def test_the_three_modes_take_the_same_event(self):
        one = self.up()
        first = event(1, subject="案 1")
        status, _, answer = self.post(one, text_of(first))
        self.assertEqual((status, answer["accepted"], answer["duplicates"], answer["rejected"]), (202, 1, 0, []))
        receipt = answer["receipts"][0]
        self.assertEqual((receipt["index"], set(receipt)), (0, {"index", "partition", "offset"}))
        status, _, answer = self.post(one, text_of([first, event(2)]), {"Content-Type": "Application/CloudEvents-Batch+JSON; charset=UTF-8"})
        self.assertEqual((status, answer["accepted"], answer["duplicates"]), (202, 1, 1))
        self.assertEqual({**answer["receipts"][0], "duplicate": None}, {**receipt, "duplicate": None})
        headers = {"Content-Type": "application/json", "CE-specversion": "1.0", "ce-ID": "t-1", "ce-source": "urn:test",
                   "ce-type": "incident.received", "ce-subject": "%E6%A1%88%201", "ce-time": "2026-11-01T10:00:00+08:00",
                   "ce-orgcode": "320981010000"}
        status, _, answer = self.post(one, text_of(first["data"]), headers)
        self.assertEqual((status, answer["duplicates"]), (202, 1))

    def test_curl_as_the_docs_have_it(self):
        one = self.up()
        path = self.file("event.json", json.dumps(event(1)))
        url = f"http://127.0.0.1:{one.port}/v1/events"
        out = subprocess.run(["curl", "-sS", "-H", "Content-Type: application/cloudevents+json", "--data", f"@{path}", url],
                             capture_output=True, check=True, timeout=60).stdout
        self.assertEqual(json.loads(out)["accepted"], 1)
        command = ["curl", "-sS", "-H", "Content-Type: application/json", "-H", "ce-specversion: 1.0", "-H", "ce-id: b-1", "-H", "ce-source: urn:test",
                   "-H", "ce-type: incident.received", "-H", "ce-time: 2026-11-01T10:00:00+08:00", "--data", '{"incident_id": "J9"}', url]
        self.assertEqual(json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)["accepted"], 1)

    def test_each_refusal_has_its_status_code_field_and_remedy(self):
        one = self.up()
        self.assertEqual(self.post(one, text_of(event(1)))[0], 202)
        cases = [
            (409, "conflict", text_of(event(1, officerid="9"))),
            (400, "syntax", b"{"), (400, "syntax", b"\xff\xfe"), (400, "syntax", b""), (400, "syntax", b'{"a":1,"a":2}'),
            (400, "syntax", b'\xef\xbb\xbf{}'), (400, "syntax", b'"\\ud800"'), (400, "limit", b"[" * 10000 + b"]" * 10000),
            (400, "type", b"[]"), (400, "type", b"7"), (400, "type", text_of(event(2, data=[]))),
            (400, "type", text_of(event(2, time="yesterday"))), (400, "type", text_of(event(2, time="2026-11-01T10:00:00"))),
            (400, "missing", text_of({k: v for k, v in event(2).items() if k != "time"})), (400, "missing", text_of(event(2, id=None))),
            (400, "range", text_of(event(2, time="0000-01-01T00:00:00Z"))), (400, "time-in-future", text_of(event(2, time="9999-01-01T00:00:00Z"))),
            (400, "unknown-type", text_of(event(2, type="incident.recieved"))), (400, "invalid", text_of(event(2, specversion="0.3"))),
            (400, "invalid", text_of(event(2, orgcode="3209"))), (400, "invalid", text_of(event(2, id=""))),
            (400, "limit", text_of(event(2, id="x" * 513))), (400, "invalid", text_of(event(2, id="a\nb"))),
            (400, "type", text_of(event(2, data={"incident_id": 7}))), (400, "limit", text_of(event(2, data={"incident_id": "J", "x": "y" * (1 << 20)}))),
            (400, "limit", text_of(event(2, data={"incident_id": "J", "x": [0] * 100001}))),
            (400, "invalid", text_of(event(2, type="event.retracted", data={"source": "urn:test", "id": "t-2"}))),
        ]
        for status, code, body in cases:
            with self.subTest(code=code, body=body[:80]):
                got, fields, problem = self.post(one, body)
                self.assertEqual((got, problem["code"], problem["status"]), (status, code, status))
                self.assertEqual(fields["content-type"], "application/problem+json")
                detail = problem["detail"]
                self.assertTrue("field" in problem or detail.startswith("line ") or "event" in detail or code == "conflict", "its place")
                self.assertTrue(problem.get("hint") or code == "conflict", "what to do")
        self.assertIn("did you mean", self.post(one, text_of(event(2, type="incident.recieved")))[2]["hint"])
        self.assertEqual(self.post(one, text_of(event(3)))[0], 202)

    def test_content_types_and_sizes(self):
        one = self.up()
        body = text_of(event(1))
        for kind in ("text/plain", "application/json", "application/xml", "application/cloudevents+xml", "application/cloudevents+json; charset=gb18030"):
            self.assertEqual(self.post(one, body, {"Content-Type": kind})[0], 415, kind)
        self.assertEqual(self.post(one, text_of([event(n) for n in range(1001)]), BATCH)[0], 413)
        connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=60)
        connection.putrequest("POST", "/v1/events")
        connection.putheader("Content-Type", "application/cloudevents+json")
        connection.putheader("Content-Length", str(100 << 20))
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 413)  # before any of it is sent
        connection.close()
        self.assertEqual(self.post(one, body)[0], 202)

    def test_of_a_batch_only_the_bad_are_refused(self):
        one = self.up()
        batch = [event(n) for n in range(100)]
        batch[7]["data"] = {}
        batch[50]["time"] = "2999-01-01T00:00:00Z"
        batch[99] = "no event"
        status, _, answer = self.post(one, text_of(batch), BATCH)
        self.assertEqual((status, answer["accepted"]), (202, 97))
        self.assertEqual([(r["index"], r["code"]) for r in answer["rejected"]], [(7, "missing"), (50, "time-in-future"), (99, "type")])
        self.assertEqual(answer["rejected"][0]["id"], "t-7")
        self.assertEqual([r["index"] for r in answer["receipts"]], [n for n in range(100) if n not in (7, 50, 99)])
        mended = [event(7)]
        self.assertEqual(self.post(one, text_of(mended), BATCH)[2]["accepted"], 1)

    def test_random_bytes_break_nothing(self):
        one = self.up()
        rng = random.Random(1)
        good = text_of([event(n) for n in range(5)])
        for n in range(300):
            body = bytearray(good)
            for _ in range(rng.randrange(1, 8)):
                body[rng.randrange(len(body))] = rng.randrange(256)
            headers = rng.choice([STRUCTURED, BATCH, {"Content-Type": "application/json", "ce-id": "%zz"}])
            status, _, _ = self.post(one, bytes(body[:rng.randrange(1, len(body) + 1)]), headers)
            self.assertIn(status, (202, 400, 409, 415))
        self.assertEqual(self.post(one, text_of(event("last")))[0], 202)

    def test_corrections_are_told_apart_and_wait(self):
        one = self.up()
        correction = event("c", type="event.corrected", subject=None, data={"source": "urn:test", "id": "t-1", "event": {
            "type": "incident.received", "time": "2026-11-01T09:00:00+08:00", "data": {"incident_id": "J2"}}})
        status, _, answer = self.post(one, text_of(correction))
        self.assertEqual((status, answer["receipts"][0].get("waiting")), (202, True))
        self.assertEqual(self.post(one, text_of(event(1)))[0], 202)
        self.assertEqual(self.post(one, text_of(correction))[2]["duplicates"], 1)
        again = event("cc", type="event.retracted", subject=None, data={"source": "urn:test", "id": "t-c"})
        self.assertEqual(self.post(one, text_of(again))[2]["code"], "invalid")

    def test_more_than_the_rate_is_429_with_a_time(self):
        one = self.up("ingest.rate=10", "ingest.burst=10")
        sent = 0

        def refused():
            """A slow machine may take one batch after the other, as fast as it is allowed to."""
            nonlocal sent
            sent += 30
            answer = self.post(one, text_of([event(n) for n in range(sent, sent + 30)]), BATCH)
            return answer[0] != 202 and answer
        status, fields, problem = until(refused, "it is too much")
        self.assertEqual((status, problem["code"]), (429, "rate"))
        self.assertIn(int(fields["retry-after"]), range(1, 10))
        until(lambda: self.post(one, text_of(event(100)))[0] == 202, "it may send again")

    def test_a_disk_that_is_nearly_full_is_503_before_anything_is_taken(self):
        one = self.up("disk_reserve=1024GiB")
        status, fields, problem = self.post(one, text_of(event(1)))
        self.assertEqual((status, problem["code"]), (503, "full"))
        self.assertIn(int(fields["retry-after"]), range(1, 61))
        one.stop()
        one.sets = ()
        one.start()
        self.assertEqual(self.post(one, text_of(event(1)))[2]["accepted"], 1)

    def test_many_clients_at_once_are_all_answered(self):
        one = self.up("ingest.waiting_max=200")
        outcomes, lock = {}, threading.Lock()

        def send(first):
            for n in range(first, first + 10):
                status, _, answer = self.post(one, text_of([event(n * 100 + k) for k in range(100)]), BATCH)
                with lock:
                    outcomes.setdefault(status, []).append(answer.get("accepted", answer.get("code")))

        threads = [threading.Thread(target=send, args=(k * 10,)) for k in range(12)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertLessEqual(set(outcomes), {202, 503})
        self.assertEqual(set(outcomes[202]), {100})
        self.assertEqual(set(outcomes.get(503, ["behind"])), {"behind"})
        self.assertEqual(sum(map(len, outcomes.values())), 120)

    def test_what_is_refused_is_kept_and_sent_again(self):
        one = self.up()
        env = ["--url", f"http://127.0.0.1:{one.port}"]
        self.post(one, text_of(event(1)))
        self.post(one, text_of(event(1, officerid="9")))
        self.post(one, text_of([event(2, data={"name": "赵钱"}), event(3)]), BATCH)
        letters = json.loads(up.seawall("dlq", "list", "--json", *env)[0])
        self.assertEqual([l["code"] for l in letters], ["missing", "conflict"])
        self.assertEqual((letters[0]["source"], letters[0]["id"], letters[0]["field"]), ("urn:test", "t-2", "data.incident_id"))
        name = f"{letters[0]['partition']}/{letters[0]['offset']}"
        whole = json.loads(up.seawall("dlq", "show", name, *env)[0])
        self.assertEqual(json.loads(whole["text"]), event(2, data={"name": "赵钱"}))
        self.assertIn("conflict", up.seawall("dlq", "list", *env)[0])
        up.seawall("dlq", "retry", name, *env, code=3)
        up.seawall("dlq", "show", "0/999", *env, code=1)
        marked = until(lambda: json.loads(up.seawall("dlq", "list", "--json", "--retried", "true", *env)[0]), "it is marked")
        self.assertEqual((marked[0]["offset"], marked[0]["retried"]["times"]), (letters[0]["offset"], 1))

    def test_import_sends_a_generated_county(self):
        one = self.up()
        path = self.folder / "events.jsonl"
        up.seawall("generate", "--cases", "60", "--start", "2025-01-01", "--seed", "3", "--out", path)
        total = len(path.read_text().splitlines())
        out, _ = up.seawall("import", "--to", f"http://127.0.0.1:{one.port}", "--json", path)
        answer = json.loads(out)
        self.assertEqual(answer["accepted"] + answer["duplicates"], total)
        out, _ = up.seawall("import", "--to", f"http://127.0.0.1:{one.port}", "--json", path)
        self.assertEqual(json.loads(out), {"accepted": 0, "duplicates": total, "refused": 0, "skipped": 0})

    def test_kill_9_under_load_loses_nothing_that_was_answered(self):
        one = self.up()
        answered, lock, number = {}, threading.Lock(), [0]

        def send():
            connection = None
            while not stop.is_set():
                with lock:
                    first, number[0] = number[0], number[0] + 20
                batch = [event(n) for n in range(first, first + 20)]
                try:
                    connection = connection or http.client.HTTPConnection("127.0.0.1", one.port, timeout=30)
                    connection.request("POST", "/v1/events", text_of(batch), BATCH)
                    answer = json.loads(connection.getresponse().read())
                except (OSError, http.client.HTTPException, ValueError):
                    connection = None
                    continue
                with lock:
                    for r in answer.get("receipts", []):
                        answered[first + r["index"]] = (r["partition"], r["offset"])

        for _ in range(3):
            stop = threading.Event()
            threads = [threading.Thread(target=send) for _ in range(4)]
            before = len(answered)
            for t in threads:
                t.start()
            until(lambda: len(answered) > before + 500, "events are answered")
            one.stop(signal.SIGKILL, code=-signal.SIGKILL)
            stop.set()
            for t in threads:
                t.join()
            one.start()
        sent = sorted(answered)
        for at in range(0, len(sent), 500):
            part = sent[at:at + 500]
            _, _, answer = self.post(one, text_of([event(n) for n in part]), BATCH)
            self.assertEqual(answer["duplicates"], len(part))
            self.assertEqual([(r["partition"], r["offset"]) for r in answer["receipts"]], [answered[n] for n in part])
        self.assertEqual(len(set(answered.values())), len(answered))

    def test_sigterm_under_load_answers_what_it_took(self):
        one = self.up()
        done, stop = [], threading.Event()

        def send(first):
            for n in range(first, first + 100000):
                if stop.is_set():
                    return
                try:
                    status, _, _ = one.ask("POST", "/v1/events", text_of(event(n)), STRUCTURED)
                except (OSError, http.client.HTTPException):
                    return
                if status == 202:
                    done.append(n)

        threads = [threading.Thread(target=send, args=(k * 100000,)) for k in range(4)]
        for t in threads:
            t.start()
        until(lambda: len(done) > 100, "events are answered")
        one.stop(signal.SIGTERM)
        stop.set()
        for t in threads:
            t.join()
        one.start()
        self.assertEqual(self.post(one, text_of([event(n) for n in sorted(done)[:1000]]), BATCH)[2]["accepted"], 0)


class Sealing(up.Case):
    CATALOGUE = "types:\n  t.held: {element: person, fields: {person_id: {type: string, key: true}, name: {type: string, personal: true}}}\n"

    def test_personal_fields_stand_nowhere_in_the_data_directory(self):
        catalogue = self.file("catalogue.yaml", self.CATALOGUE)
        one = self.up(f"catalogue={catalogue}", f"packs={self.pack()}")
        held = [event(n, type="t.held", subject=f"P{n % 3}", data={"person_id": f"P{n % 3}", "name": "Zhang Sanfeng"}) for n in range(20)]
        status, answer = one.post(held)
        self.assertEqual((status, answer["accepted"]), (202, 20))
        one.stop()
        self.assertEqual(self.files_with(b"Zhang Sanfeng"), [])
        key = self.folder / "data/master.key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        one.start()
        self.assertEqual(one.post(held)[1]["duplicates"], 20)
        one.stop()
        kept = key.read_bytes()
        key.unlink()
        with self.assertRaisesRegex(AssertionError, "master key"):
            one.start()  # another key would open nothing of what is there
        key.write_bytes(kept)
        key.chmod(0o600)
        one.start()
        self.assertEqual(one.post(held)[1]["duplicates"], 20)

    def test_without_sealing_they_are_carried_as_they_come(self):
        catalogue = self.file("catalogue.yaml", self.CATALOGUE)
        one = self.up("seal.personal=false", f"catalogue={catalogue}", f"packs={self.pack()}")
        self.assertEqual(one.post(event(1, type="t.held", data={"person_id": "P1", "name": "Zhang Sanfeng"}))[0], 202)
        one.stop()
        self.assertNotEqual(self.files_with(b"Zhang Sanfeng"), [])

    def files_with(self, word):
        return [p for p in (self.folder / "data").rglob("*") if p.is_file() and word in p.read_bytes()]

    def pack(self):
        return self.file("pack.yaml", """apiVersion: seawall/v1
kind: RulePack
metadata: {name: t, version: 1.0.0, timezone: Asia/Shanghai}
rules:
  - {id: t.one, name: t, kind: check, element: person, domain: t, basis: [{law: t, article: t}], key: [person_id], on: t.held, level: red, to: [handler]}
""")


class Access(up.Case):
    def setUp(self):
        super().setUp()
        self.key = self.folder / "key"
        up.seawall("token", "--new-key", self.key)
        self.config = self.file("up.yaml", f"auth:\n  keys:\n    - {{kid: k, alg: HS256, file: {self.key}}}\n")

    def token(self, org, *roles):
        words = [w for r in roles for w in ("--role", r)]
        return up.seawall("token", "--key", self.key, "--kid", "k", "--sub", f"test of {org}", "--org", org, *words)[0].strip()

    def test_tokens_bound_who_writes_what(self):
        one = self.up(args=("--config", self.config))
        county, other = self.token("320981000000", "publisher"), self.token("320982000000", "publisher")
        viewer, admin = self.token("320981000000", "viewer"), self.token("320900000000", "admin", "publisher")
        self.assertEqual(one.post(event(1))[0], 401)
        self.assertEqual(one.post(event(1), token="rubbish")[0], 401)
        self.assertEqual(one.post(event(1), token=viewer)[0], 403)
        self.assertEqual(one.post(event(1), token=other)[0], 403)
        status, answer = one.post([event(1), event(2, orgcode="320982010000"), event(3, orgcode=None)], token=county)
        self.assertEqual((status, answer["accepted"], [r["code"] for r in answer["rejected"]]), (202, 1, ["forbidden"] * 2))
        retraction = event("r", type="event.retracted", orgcode=None, data={"source": "urn:test", "id": "t-1"})
        self.assertEqual(one.post(retraction, token=other)[0], 403)
        self.assertEqual(one.ask("GET", "/v1/dead-letters", token=county)[0], 403)
        _, listed = one.get("/v1/dead-letters", token=admin)
        self.assertEqual({l["code"] for l in listed["items"]}, {"forbidden"})
        mine = [l for l in listed["items"] if l["id"] == "t-r"][0]
        path = f"/v1/dead-letters/{mine['partition']}/{mine['offset']}/retry"
        status, _, text = one.ask("POST", path, token=admin)
        self.assertEqual((status, json.loads(text)["accepted"]), (202, 1))


if __name__ == "__main__":
    sys.exit(up.main())
