"""seawall import --to: a server that is busy, silent, strict or broken, and a client that loses nothing."""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cli


def accept(events, known):
    """What the contract answers for a batch; ids that begin with "bad" are refused."""
    answer = {"accepted": 0, "duplicates": 0, "receipts": [], "rejected": []}
    for index, event in enumerate(events):
        if event["id"].startswith("bad"):
            answer["rejected"].append({"index": index, "id": event["id"], "code": "missing", "field": "data.case_id",
                                       "message": "the field is missing or null"})
            continue
        answer["duplicates" if event["id"] in known else "accepted"] += 1
        known.add(event["id"])
        answer["receipts"].append({"index": index, "partition": 0, "offset": len(known)})
    return answer


class Server:
    """Answers by a list of steps, one for each request; then as a good server does. Keeps what it was sent."""

    def __init__(self, *steps, token=None, batch_max=1000):
        self.requests, self.known, self.steps = [], set(), list(steps)
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def reply(self, status, body, **headers):
                data = json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                events = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append((self.path, self.headers["Content-Type"], [e["id"] for e in events]))
                step = server.steps.pop(0) if server.steps else "good"
                if token and self.headers.get("Authorization") != f"Bearer {token}":
                    return self.reply(401, {"title": "Unauthorized", "status": 401, "code": "unauthorized"})
                if step in (429, 503):
                    return self.reply(step, {"status": step, "code": "behind"}, Retry_After="1")
                if len(events) > batch_max:
                    return self.reply(413, {"status": 413, "code": "limit"})
                answer = accept(events, server.known)
                if step == "lost":  # taken, but the answer does not come
                    self.close_connection = True
                    self.connection.close()
                    return None
                return self.reply(202, answer)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


def event(n, prefix="e"):
    return {"specversion": "1.0", "id": f"{prefix}{n}", "source": "urn:s", "type": "case.filed",
            "time": "2026-03-01T09:00:00+08:00", "data": {"case_id": f"A{n}"}}


class Send(cli.Case):
    def events(self, name, events):
        return self.file(name, "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in events))

    def send(self, server, *args, code=0, env=None):
        out, err = cli.run("import", "--to", server.url + "/", "--json", *args, code=code, env=env)
        return json.loads(out), err

    def test_all_of_it_arrives_in_order_in_batches(self):
        path = self.events("e.jsonl", [event(n) for n in range(25)])
        with Server() as server:
            totals, _ = self.send(server, "--batch", "10", path)
        self.assertEqual(totals, {"accepted": 25, "duplicates": 0, "refused": 0, "skipped": 0})
        self.assertEqual([len(ids) for _, _, ids in server.requests], [10, 10, 5])
        self.assertEqual([i for r in server.requests for i in r[2]], [f"e{n}" for n in range(25)])
        self.assertEqual({r[:2] for r in server.requests}, {("/v1/events", "application/cloudevents-batch+json")})

    def test_a_busy_server_is_waited_for_and_gets_the_same_again(self):
        path = self.events("e.jsonl", [event(n) for n in range(4)])
        with Server(503, 429, "good") as server:
            totals, _ = self.send(server, "--batch", "2", path)
        self.assertEqual(totals["accepted"], 4)
        self.assertEqual([r[2] for r in server.requests], [["e0", "e1"]] * 3 + [["e2", "e3"]])

    def test_a_lost_answer_is_asked_for_again_and_nothing_is_there_twice(self):
        path = self.events("e.jsonl", [event(n) for n in range(4)])
        with Server("lost") as server:
            totals, _ = self.send(server, "--batch", "2", path)
        self.assertEqual((totals["accepted"], totals["duplicates"]), (2, 2))
        self.assertEqual(server.known, {"e0", "e1", "e2", "e3"})

    def test_what_is_refused_goes_to_a_file_and_the_rest_arrives(self):
        lines = [json.dumps(event(1)), json.dumps(event(2, "bad")), "{no json", "", json.dumps(event(3)), "x" * (1 << 20) + "y",
                 json.dumps(event(4, "bad"))]
        path, refused = self.file("e.jsonl", "\n".join(lines)), self.file("refused.jsonl", "old\n")
        with Server() as server:
            totals, err = self.send(server, "--refused", refused, path, code=3)
        self.assertEqual((totals["accepted"], totals["refused"]), (2, 4))
        told = cli.lines(refused.read_text())
        self.assertEqual(sorted((t["line"], t["code"]) for t in told), [(2, "missing"), (3, "syntax"), (6, "limit"), (7, "missing")])
        by_line = {t["line"]: t for t in told}
        self.assertEqual(by_line[2]["event"], event(2, "bad"))
        self.assertEqual(by_line[2]["field"], "data.case_id")
        self.assertIn("the field is missing", err)

    def test_a_batch_that_is_too_big_is_halved(self):
        path = self.events("e.jsonl", [event(n) for n in range(7)] + [event(8, "bad")])
        refused = self.file("refused.jsonl", "")
        with Server(batch_max=3) as server:
            totals, _ = self.send(server, "--refused", refused, path, code=3)
        self.assertEqual((totals["accepted"], totals["refused"]), (7, 1))
        self.assertEqual(cli.lines(refused.read_text())[0]["line"], 8)

    def test_it_goes_on_where_an_earlier_run_stopped(self):
        one = self.events("one.jsonl", [event(n) for n in range(5)])
        two = self.events("two.jsonl", [event(n) for n in range(5, 11)])
        state = self.file("x", "").with_name("state")
        with Server("good", "good", "good", 503) as server:  # three batches of two, then busy for longer than it waits
            out, err = cli.run("import", "--to", server.url, "--json", "--batch", "2", "--state", state, "--patience", "0", one, two, code=1)
        self.assertEqual(json.loads(out)["accepted"], 5)
        self.assertEqual(json.loads(state.read_text()), {"file": str(one), "line": 5})
        with Server() as server:
            totals, _ = self.send(server, "--batch", "2", "--state", state, one, two)
        self.assertEqual(totals, {"accepted": 6, "duplicates": 0, "refused": 0, "skipped": 5})
        self.assertEqual([i for r in server.requests for i in r[2]], [f"e{n}" for n in range(5, 11)])
        with Server() as server:
            totals, _ = self.send(server, "--state", state, one, two)
        self.assertEqual((totals["accepted"], server.requests), (0, []))

    def test_a_state_that_is_none_is_not_overwritten(self):
        path, state = self.events("e.jsonl", [event(1)]), self.file("state", "something else\n")
        with Server() as server:
            cli.run("import", "--to", server.url, "--state", state, path, code=1)
        self.assertEqual((state.read_text(), server.requests), ("something else\n", []))

    def test_tokens_come_from_a_file_or_the_environment(self):
        path, token = self.events("e.jsonl", [event(1)]), self.file("token", "abc.def\n")
        with Server(token="abc.def") as server:
            _, err = self.send(server, path, code=1)
            self.assertIn("401", err)
            self.assertEqual(self.send(server, "--token-file", token, path)[0]["accepted"], 1)
            self.assertEqual(self.send(server, path, env={"SEAWALL_TOKEN": "abc.def"})[0]["duplicates"], 1)

    def test_nobody_there_and_wrong_usage(self):
        path = self.events("e.jsonl", [event(1)])
        _, err = cli.run("import", "--to", "http://127.0.0.1:1", "--patience", "0", path, code=1)
        self.assertIn("127.0.0.1", err)
        _, err = cli.run("import", "--to", "ftp://127.0.0.1", path, code=1)
        cli.run("import", "--to", "http://127.0.0.1:1", "--batch", "0", path, code=2)
        cli.run("import", "--to", "http://127.0.0.1:1", self.file("x", "").with_name("missing.jsonl"), code=2)
        cli.run("dlq", "list", "--url", "http://127.0.0.1:1", code=1)
        cli.run("dlq", "show", "x", code=2)
        cli.run("dlq", "retry", code=2)


if __name__ == "__main__":
    sys.exit(cli.main())
