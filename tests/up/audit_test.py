"""An audit line for every action, and none for what changes nothing."""
import json

import up
import yaml
from up import ROOT, Case, event, main, seawall

READS = {"/v1/checks"}  # posted, but nothing is stored


class Audit(Case):
    def setUp(self):
        super().setUp()
        self.key = self.folder / "token.key"
        seawall("token", "--new-key", self.key)
        config = self.file("config.yaml", "auth:\n  keys:\n    - {kid: a, alg: HS256, file: token.key}\n")
        self.one = self.up(args=("--config", str(config)))
        self.read = 0

    def token(self, sub, role, org="320981"):
        return seawall("token", "--key", self.key, "--kid", "a", "--sub", sub, "--org", org, "--role", role)[0].strip()

    def lines(self):
        """What has come since it was asked last. A line is there before its answer."""
        every = up.lines_of(self.folder / "data/audit.jsonl")
        new, self.read = every[self.read:], len(every)
        return new

    def line(self):
        new = self.lines()
        self.assertEqual(len(new), 1, new)
        return new[0]

    def test_a_posted_event_leaves_a_line(self):
        publisher = self.token("case system", "publisher")
        self.assertEqual(self.one.post(event(1), token=publisher)[0], 202)
        line = self.line()
        self.assertRegex(line["client"], r"^127\.0\.0\.1:\d+$")
        self.assertEqual({k: v for k, v in line.items() if k not in ("time", "client")},
                         {"level": "info", "event": "audit", "who": "case system", "org": "320981", "roles": "publisher", "action": "events.post",
                          "object": "t-1", "outcome": "done", "status": 202, "detail": "events 1, accepted 1"})

    def test_a_batch_leaves_one_line_that_tells_what_became_of_it(self):
        publisher = self.token("case system", "publisher")
        self.one.post(event(1), token=publisher)
        self.lines()
        batch = [event(1), event(2), event(3), event(4, type="no.such"), event(5, orgcode="321001010000")]
        self.assertEqual(self.one.post(batch, token=publisher)[0], 202)
        line = self.line()
        self.assertEqual((line["outcome"], line["object"], line["detail"]),
                         ("done", "t-1, t-2, t-3, …", "events 5, accepted 2, duplicate 1, refused 2"))

    def test_what_is_refused_leaves_a_line_with_its_code(self):
        publisher, viewer = self.token("case system", "publisher"), self.token("012345", "viewer")
        self.one.post(event(1), token=publisher)
        self.lines()
        other = event(1, subject="J2")
        for what, status, code, detail in [(other, 409, "conflict", "events 1, refused 1"),
                                           (event(2, type="no.such"), 400, "unknown-type", "events 1, refused 1"),
                                           (event(3, orgcode="321001010000"), 403, "forbidden", "events 1, refused 1")]:
            self.assertEqual(self.one.post(what, token=publisher)[0], status)
            line = self.line()
            self.assertEqual((line["outcome"], line["status"], line["code"], line["detail"]), ("refused", status, code, detail))
        self.assertEqual(self.one.post(event(4), token=viewer)[0], 403)
        line = self.line()
        self.assertEqual((line["who"], line["object"], line["status"], line["code"]), ("012345", "/v1/events", 403, "role-missing"))
        head = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {publisher}"}
        self.assertEqual(self.one.ask("POST", "/v1/events", "no json", head)[0], 400)
        line = self.line()
        self.assertEqual((line["object"], line["code"]), ("/v1/events", "syntax"))

    def test_whoever_has_no_token_has_done_nothing(self):
        self.assertEqual(self.one.post(event(1))[0], 401)
        self.assertEqual(self.lines(), [])  # or the file could be filled by anybody
        self.assertIn('"event":"auth.refused"', self.one.said())

    def test_every_route_that_changes_something_leaves_a_line(self):
        admin = self.token("admin", "admin")
        for path, operations in yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())["paths"].items():
            for method in sorted({"post", "put", "patch", "delete"} & operations.keys()):
                if "/session" in path:
                    continue  # anybody may come there: only what is tried with a token is told (life_test)
                target = path.replace("{kind}", "daily").replace("{partition}", "0").replace("{offset}", "0").replace("{id}", "x")
                types = operations[method].get("requestBody", {}).get("content", {"application/json": {}})
                head = {"Content-Type": next(iter(types)), "Authorization": f"Bearer {admin}"}
                self.one.ask(method.upper(), target, "{}", head)
                new = self.lines()
                self.assertEqual(len(new), 0 if path in READS else 1, (method, path, new))
                for line in new:
                    self.assertEqual(line["who"], "admin")
                    self.assertRegex(line["action"], r"^[a-z-]+\.[a-z]+$")


if __name__ == "__main__":
    main()
