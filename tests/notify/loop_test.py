"""Notify as a process: the file channel, inbox, actions, the directory over HTTP, replies."""
import json
import unittest
import urllib.parse

import parts


class Process(parts.Case):
    def sms(self):
        path = self.path / "sms.log"
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]  # the last may be half written

    def test_a_warning_is_an_sms_as_the_phone_gets_it_an_inbox_line_and_a_task(self):
        node = self.node()
        node.raise_("A1")
        sms = parts.wait("the SMS", self.sms)
        self.assertEqual(len(sms), 1)
        self.assertEqual(sms[0]["to"], "13800000005")
        self.assertRegex(sms[0]["text"], r"^【执法监督】红色预警：城东所A1提请批准逮捕期限，\d+月\d+日.*到期，剩4小时。三日内提请审查批准逮捕。回复\d{4}签收$")
        self.assertEqual(sms[0]["parts"], 2 if len(sms[0]["text"]) > 70 else 1)
        parts.wait("handed over", lambda: node.states().get("A1") == "handed-over")
        line = node.inbox()[0]
        self.assertEqual((line["level"], line["rule"]), ("red", "cr.detain.request"))
        told = node.ask("GET", f"/v1/warnings/{line['warning_id']}/notices", status=200)["notices"]
        self.assertEqual([n["recipient"] for n in told], ["S3"])
        tasks = node.ask("GET", "/v1/tasks?org=320981&state=open", status=200)["tasks"]
        self.assertEqual(tasks[0]["task"], node.ask("GET", f"/v1/warnings/{line['warning_id']}/task", status=200)["task"])

    def test_the_loop_goes_round_by_actions(self):
        node = self.node()
        node.raise_("A1")
        warning = parts.wait("the inbox", node.inbox)[0]["warning_id"]
        task = lambda: node.ask("GET", f"/v1/warnings/{warning}/task", status=200)
        node.act(warning, "acknowledge", "S3", "1")
        parts.wait("signed", lambda: task().get("acknowledged") == "red")
        node.act(warning, "verify", "S3", "2", status=403)
        node.act(warning, "verify", "S2", "3")
        node_state = lambda state: parts.wait(state, lambda: task()["state"] == state)
        node_state("verified")
        node.act(warning, "verify", "S2", "3")  # the same request again
        node.act(warning, "verify", "S2", "4", status=409)
        node.act(warning, "rectify", "C1", "5", due="2030-01-01T00:00:00+08:00")
        node_state("ordered")
        self.assertEqual(node.act(warning, "feedback", "S2", "6", status=400)["code"], "missing-note")
        node.act(warning, "feedback", "S2", "6", note="已补办")
        node_state("submitted")
        self.assertEqual(node.act(warning, "recheck", "S2", "7", status=403, result="passed")["code"], "not-allowed")
        node.act(warning, "recheck", "C1", "8", status=400)
        node.act(warning, "recheck", "C1", "8", result="passed")
        node_state("rechecked")
        node.act(warning, "close", "C1", "9")
        node_state("closed")
        self.assertEqual([s["action"] for s in task()["steps"]],
                         ["acknowledge", "verify", "rectify", "feedback", "recheck", "close"])

    def test_bad_actions_are_refused_with_their_reason(self):
        node = self.node()
        path = "/v1/warnings/" + "0" * 32 + "/actions"
        key = {"Idempotency-Key": "k"}
        for body, headers, status, code in [("[]", key, 400, "syntax"), ("{}", {}, 400, "missing-idempotency-key"),
                                            ('{"act":"x"}', key, 400, "invalid"), ('{"action":1}', key, 400, "invalid"),
                                            ('{"action":"verify"}', key, 404, "not-found"),
                                            ('{"action":"verify","due":"soon"}', key, 400, "invalid")]:
            self.assertEqual(node.ask("POST", path, body, headers, status)["code"], code)
        node.raise_("A1")
        warning = parts.wait("the inbox", node.inbox)[0]["warning_id"]
        self.assertEqual(node.act(warning, "explode", "S2", status=400)["code"], "unknown-action")
        node.ask("GET", "/v1/officers/nobody/inbox", status=404)
        node.ask("GET", "/v1/officers/S3/inbox?limit=0", status=400)
        node.ask("GET", "/v1/officers/S3/inbox?cursor=zz", status=400)
        node.ask("GET", "/v1/tasks?colour=red", status=400)

    def test_pages_of_the_inbox_join_without_a_gap(self):
        node = self.node()
        node.raise_("A", "blue", 25)
        parts.wait("all", lambda: len(node.inbox()) == 25)
        seen, cursor = [], ""
        while True:
            page = node.ask("GET", f"/v1/officers/S3/inbox?limit=7{cursor}", status=200)
            seen += [n["subject"] for n in page["notices"]]
            if "next" not in page:
                break
            cursor = "&cursor=" + page["next"]
        self.assertEqual(seen, [n["subject"] for n in node.inbox()])

    def test_the_directory_is_loaded_compared_and_refused_with_every_fault(self):
        node = self.node()
        self.assertEqual(node.load(), {"entries": 12, "changed": 0, "removed": 0})
        text = parts.COUNTY.read_text().replace("13800000005", "13911111111").replace(
            "  - {id: S4, name: 民警乙, unit: '320981510000'}\n", "")
        self.assertEqual(node.load(self.file("d.yaml", text)), {"entries": 11, "changed": 1, "removed": 1})
        parts.wait("the new one", lambda: node.load(self.path / "d.yaml")["changed"] == 0)
        parts.wait("its tasks", lambda: node.ask("GET", "/v1/officers/S4/inbox").get("code") == "not-found")
        node.raise_("A1")
        self.assertEqual(parts.wait("the SMS", self.sms)[0]["to"], "13911111111")
        bad = "kind: Directory\nunits: [{code: '1', name: x, tier: y}]\n"
        answer = node.ask("POST", "/v1/directory", bad, {"Content-Type": "application/yaml"}, 400)
        self.assertEqual(len(answer["findings"]), 2)
        self.assertEqual(answer["findings"][0]["line"], 2)
        node.ask("POST", "/v1/directory", "{}", {"Content-Type": "text/plain"}, 415)

    def reply(self, node, number, text, status):
        query = urllib.parse.urlencode({"from": number, "text": text})
        return node.ask("GET", f"{node.reply}?{query}", status=status)

    def test_replies_sign_and_answer_and_what_is_not_understood_is_kept(self):
        node = self.node()
        node.raise_("A1")
        text = parts.wait("the SMS", self.sms)[0]["text"]
        code = text[text.index("回复") + 2:][:4]
        warning = node.inbox()[0]["warning_id"]
        task = lambda: node.ask("GET", f"/v1/warnings/{warning}/task", status=200)
        self.assertEqual(self.reply(node, "13999999999", code, 422)["code"], "unknown-number")
        self.assertEqual(self.reply(node, "13800000005", "好的", 422)["code"], "unknown-code")
        self.assertEqual(self.reply(node, "13800000004", code, 422)["code"], "unknown-code")
        self.reply(node, "+8613800000005", f"{code} 收到", 202)
        parts.wait("signed", lambda: task().get("acknowledged") == "red")
        self.reply(node, "13800000005", code, 202)  # again: nothing more
        self.assertEqual(self.reply(node, "13800000005", f"{code} 核查属实", 403)["code"], "not-allowed")
        self.assertEqual([s["action"] for s in task()["steps"]], ["acknowledge"])
        node.ask("GET", "/v1/sms/reply/" + "0" * 32 + "?from=1&text=2", status=404)

    def test_numbers_are_masked_in_logs(self):
        node = self.node()
        node.raise_("A1")
        parts.wait("the SMS", self.sms)
        self.reply(node, "13999999999", "x", 422)
        node.stop()
        log = (self.path / "node.log").read_text()
        for number in ("13800000005", "13999999999"):
            self.assertNotIn(number, log)


if __name__ == "__main__":
    parts.main()
