"""Clients that are not ours: the CloudEvents SDK, promtool, schemathesis; and the document held against the routes."""
import json
import subprocess
import unittest

import yaml
from up import ROOT, VENV, Case, event, main

SDK = """
import json, sys, warnings
warnings.filterwarnings("ignore")
from cloudevents.v1.conversion import to_binary, to_structured
from cloudevents.v1.http import CloudEvent
event = json.load(sys.stdin)
data = event.pop("data")
made = CloudEvent(event, data)
headers, body = {"binary": to_binary, "structured": to_structured}[sys.argv[1]](made)
headers.setdefault("content-type", "application/json")
json.dump([headers, body.decode()], sys.stdout)
"""


def need(name):
    if not (VENV / name).exists():
        raise unittest.SkipTest(f"build/venv has no {name}: scripts/venv makes it")
    return str(VENV / name)


class Clients(Case):
    def test_the_cloudevents_sdk_posts_in_both_modes(self):
        python = need("python3")
        one = self.up()
        for number, mode in enumerate(["structured", "binary"]):
            sent = event(f"sdk-{number}", subject="案件 1")
            made = subprocess.run([python, "-c", SDK, mode], input=json.dumps(sent), capture_output=True, text=True, timeout=60)
            self.assertEqual(made.returncode, 0, made.stderr)
            headers, body = json.loads(made.stdout)
            if mode == "binary":  # the SDK leaves it to the sender to encode what is not ASCII (CloudEvents HTTP binding, 3.1.3.2)
                headers["ce-subject"] = "%E6%A1%88%E4%BB%B6%201"
            status, _, text = one.ask("POST", "/v1/events", body.encode(), headers)
            self.assertEqual((status, json.loads(text)["accepted"]), (202, 1), text)
            status, answer = one.post(sent)
            self.assertEqual((status, answer["duplicates"]), (202, 1), "our own form of it is the same event")

    def test_promtool_finds_no_fault(self):
        one = self.up()
        one.post([event(n) for n in range(50)])
        _, headers, text = one.ask("GET", "/metrics")
        self.assertEqual(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=60)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))
        self.assertIn(b"seawall_door_records_total 5", text)
        self.assertIn(b'seawall_build_info{version="', text)

    def test_the_document_is_served_and_names_every_route(self):
        one = self.up()
        text = (ROOT / "docs/openapi.yaml").read_bytes()
        self.assertEqual(one.ask("GET", "/openapi.yaml")[2], text)
        for path, operations in yaml.safe_load(text)["paths"].items():
            status, headers, _ = one.ask("OPTIONS", path.replace("{", "").replace("}", ""))
            methods = {m.upper() for m in operations if m in ("get", "post", "put", "delete", "patch")}
            if "sms/reply" in path:
                continue  # its last part is a secret of this process
            self.assertEqual(status, 204, path)
            self.assertEqual(set(headers["allow"].split(", ")) - {"HEAD", "OPTIONS"}, methods, path)

    def test_schemathesis_finds_no_answer_that_the_document_does_not_name(self):
        schemathesis = need("schemathesis")
        one = self.up()
        one.post([event(n) for n in range(20)])
        done = subprocess.run(
            [schemathesis, "run", str(ROOT / "docs/openapi.yaml"), "--url", f"http://127.0.0.1:{one.port}", "--max-examples", "3", "--seed", "1",
             "--exclude-operation-id", "stream", "--phases", "examples,coverage,fuzzing", "--no-color", "--checks",
             "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"],
            cwd=self.folder, capture_output=True, text=True, timeout=500)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        self.assertIsNone(one.process.poll())


if __name__ == "__main__":
    main()
