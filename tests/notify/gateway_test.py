"""A gateway that answers badly, late or not at all; killed while sending; webhooks; reports true and forged."""
import base64
import hashlib
import hmac
import os
import random
import re
import socket
import threading
import unittest
import urllib.parse

import parts

ROUNDS = int(os.environ.get("SW_NOTIFY_ROUNDS", "20"))


class Stub(parts.Case):
    def setUp(self):
        super().setUp()
        self.gateway = parts.Gateway()
        self.addCleanup(self.gateway.close)

    def open(self, report="http://127.0.0.1:1", timeout="5s", settings=None):
        url = f"http://127.0.0.1:{self.gateway.port}/cgi-bin/sendsms"
        return self.node(channels=self.kannel_channels(url, report, timeout), settings=settings)

    def sent(self):
        with self.gateway.lock:
            return [fields for _, _, fields, _ in self.gateway.got]

    def settled(self, node, case, state):
        parts.wait(f"{case} {state}", lambda: node.states().get(case) == state)

    def report(self, node, fields, kind, status=204, change=None):
        path = urllib.parse.urlsplit(fields["dlr-url"]).path
        if change:
            path = path[:-1] + ("0" if path[-1] != "0" else "1")
        return node.ask("GET", f"{path}?type={kind}", status=status)

    def test_what_kannel_is_asked(self):
        node = self.open()
        node.raise_("A1")
        fields = parts.wait("the call", self.sent)[0]
        self.assertEqual((fields["username"], fields["password"], fields["to"], fields["from"]),
                         ("seawall", "pass word", "13800000005", "10690"))
        self.assertEqual((fields["coding"], fields["dlr-mask"]), ("2", "31"))
        self.assertEqual(self.gateway.got[0][1]["Content-Type"], 'text/plain; charset="UTF-8"')
        self.assertTrue(295 <= int(fields["validity"]) <= 300)  # minutes until the deadline
        self.assertIn("提请批准逮捕期限", fields["text"])
        self.assertRegex(fields["dlr-url"], r"^http://127\.0\.0\.1:1/v1/sms/report/S3/[0-9a-f]{32}/[0-9a-f]{32}\?type=%d$")

    def test_reports_come_early_late_twice_and_forged(self):
        node = self.open()
        early = threading.Event()

        def answer(fields):
            if "A-early" in fields["text"]:
                self.report(node, fields, 1)
                early.set()
            return 202, "0: Accepted for delivery"
        self.gateway.answer = answer
        node.raise_("A-early")
        self.settled(node, "A-early", "delivered")
        self.assertTrue(early.is_set())
        node.raise_("A-late")
        self.settled(node, "A-late", "handed-over")
        late = next(f for f in self.sent() if "A-late" in f["text"])
        self.report(node, late, 1, status=404, change=True)
        self.report(node, late, 3, status=400)
        self.report(node, late, 8)
        self.report(node, late, 4)
        self.report(node, late, 1)
        self.settled(node, "A-late", "delivered")
        self.report(node, late, 1)
        self.report(node, late, 2)  # too late to say anything else
        node.raise_("A-bad")
        self.settled(node, "A-bad", "handed-over")
        self.report(node, next(f for f in self.sent() if "A-bad" in f["text"]), 16)
        self.settled(node, "A-bad", "failed")
        self.assertEqual(node.states()["A-late"], "delivered")

    def test_a_gateway_that_is_down_is_told_before_any_message_needs_it(self):
        port = self.gateway.port
        self.gateway.close()
        node = self.node(channels=self.kannel_channels(f"http://127.0.0.1:{port}/cgi-bin/sendsms", more=", probe: 1s"))
        log = lambda word: word in (self.path / "node.log").read_text()
        parts.wait("it is told", lambda: log("notify.gateway.down"))
        self.assertEqual(node.states(), {})
        self.gateway = parts.Gateway(port)
        parts.wait("and that it is back", lambda: log("notify.gateway.up"))
        self.assertEqual(self.sent(), [])  # nothing was asked of it

    def test_503_waits_4xx_fails_and_a_gateway_that_is_down_comes_back(self):
        node = self.open()
        answers = [(503, "busy")] * 3
        self.gateway.answer = lambda f: answers.pop() if answers else (202, "0: Accepted for delivery")
        node.raise_("A1")
        self.settled(node, "A1", "handed-over")
        self.assertEqual(len(self.sent()), 4)
        self.gateway.answer = lambda f: (404, "Not routable. Do not try again.")
        node.raise_("A2")
        self.settled(node, "A2", "failed")
        notice = next(n for n in node.inbox() if n["key"]["case_id"] == "A2")
        self.assertIn("404", notice["reason"])
        self.assertEqual([(c["channel"], c["state"]) for c in notice["channels"]], [("sms", "failed")])
        # His leader is told, and that he could not be reached; nor can he be: up to the last.
        up = parts.wait("the level above", lambda: [f for f in self.sent() if "A2" in f["text"] and "主办民警消息未送达，改告办案单位领导" in f["text"]])
        self.assertEqual([f["to"] for f in up], ["13800000003"])
        # What is refused because of us is not this number's fault: it waits.
        refusals = [(403, "Authorization failed for sendsms")] * 2
        self.gateway.answer = lambda f: refusals.pop() if refusals and "A4" in f["text"] else (202, "0: Accepted for delivery")
        node.raise_("A4")
        self.settled(node, "A4", "handed-over")
        port = self.gateway.port
        self.gateway.close()
        node.raise_("A3")
        parts.wait("it is tried", lambda: node.states().get("A3") in ("sending", "intended"))

        self.gateway = parts.Gateway(port)
        self.settled(node, "A3", "handed-over")
        self.assertEqual(sum("A3" in f["text"] for f in self.sent()), 1)

    def test_a_broken_or_late_answer_is_indeterminate_and_not_repeated(self):
        node = self.open(timeout="1s")
        held = threading.Event()
        self.addCleanup(held.set)

        def answer(fields):
            if "A-broken" in fields["text"]:
                return None
            if "A-slow" in fields["text"]:
                held.wait(20)
            return (500, "oops") if "A-500" in fields["text"] else (202, "0: Accepted for delivery")
        self.gateway.answer = answer
        for case in ("A-broken", "A-slow", "A-500"):
            node.raise_(case)
        for case in ("A-broken", "A-slow", "A-500"):
            self.settled(node, case, "indeterminate")
        self.report(node, next(f for f in self.sent() if "A-slow" in f["text"]), 1)
        self.settled(node, "A-slow", "delivered")
        self.assertEqual(sorted(re.search(r"A-\w+?(?=提)", f["text"])[0] for f in self.sent()), ["A-500", "A-broken", "A-slow"])

    def test_killed_while_it_sends_no_key_is_handed_over_twice(self):
        dice = random.Random(7)
        kill_after = threading.Event()
        count = [0]

        def answer(fields):
            with self.gateway.lock:
                count[0] -= 1
                if count[0] == 0:
                    kill_after.set()
            return 202, "0: Accepted for delivery"
        self.gateway.answer = answer
        settings = self.path / "settings"
        settings.mkdir()
        for file in (parts.ROOT / "deploy/notify").iterdir():
            text = file.read_text()
            text = re.sub(r"limits: \{.*\}", "limits: {phone_parts_per_hour: 100000, phone_burst: 100000, gateway_parts_per_second: 100, digest_over: 5}", text)
            (settings / file.name).write_text(text)
        node = self.open(settings=settings)
        cases = 0
        for _ in range(ROUNDS):
            kill_after.clear()
            with self.gateway.lock:
                count[0] = dice.randrange(1, 55)
            cases += 60
            node.raise_(f"R{cases}", "breach", 60)
            self.assertTrue(kill_after.wait(60), "nothing was sent")
            node.kill()
            node.start()
        done = ("handed-over", "indeterminate")
        parts.wait("all settled", lambda: sum(s in done for s in self.all_states(node).values()) == cases, 120)
        handed = {}
        for fields in self.sent():
            key = urllib.parse.urlsplit(fields["dlr-url"]).path.split("/")[5]
            handed[key] = handed.get(key, 0) + 1
        twice = [key for key, n in handed.items() if n > 1]
        states = self.all_states(node)
        indeterminate = sum(s == "indeterminate" for s in states.values())
        self.assertEqual(twice, [])
        self.assertEqual(len(states), cases)
        # Whatever is said to be handed over was; what was not, is said to be indeterminate.
        self.assertLessEqual(sum(s == "handed-over" for s in states.values()), len(handed))
        self.assertLessEqual(len(handed), cases)
        print(f"{ROUNDS} rounds, {cases} messages, {len(handed)} at the gateway, {indeterminate} indeterminate", flush=True)

    def all_states(self, node):
        states, cursor = {}, ""
        while True:
            page = node.ask("GET", f"/v1/officers/S3/inbox?limit=500{cursor}", status=200)
            states.update({n["key"]["case_id"]: n["state"] for n in page["notices"]})
            if "next" not in page:
                return states
            cursor = "&cursor=" + page["next"]

    def test_a_webhook_is_signed_and_tried_again(self):
        secret = self.file("hook.secret", "hook secret\n")
        settings = self.path / "settings"
        settings.mkdir()
        for file in (parts.ROOT / "deploy/notify").iterdir():
            text = file.read_text()
            if file.name == "notify.yaml":
                text += (f"webhooks: [{{name: city, url: 'http://127.0.0.1:{self.gateway.port}/hook', secret_file: {secret}, "
                         "from: red, org: '320900000000'}]\n")
            (settings / file.name).write_text(text)
        answers = [(500, ""), None, (429, "")]
        self.gateway.answer = lambda f: answers.pop() if answers else (200, "")
        node = self.node(settings=settings)
        node.raise_("A1", "orange")
        node.raise_("A2", "red")
        parts.wait("four calls", lambda: len(self.gateway.got) == 4)
        path, headers, fields, body = self.gateway.got[-1]
        self.assertEqual((path, fields["level"], fields["key"]), ("/hook", "red", {"case_id": "A2"}))
        self.assertEqual(len({h["Seawall-Message"] for _, h, _, _ in self.gateway.got}), 1)
        stamp, mac = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["Seawall-Signature"]).groups()
        want = hmac.new(b"hook secret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        self.assertEqual(mac, want)


class Mail(parts.Case):
    def test_mail_goes_out_by_smtp(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        got = []

        def serve():
            connection, _ = server.accept()
            file = connection.makefile("rwb")
            say = lambda text: (file.write(text + b"\r\n"), file.flush())
            say(b"220 stub")
            data = False
            for line in file:
                got.append(line)
                if data:
                    if line == b".\r\n":
                        data = False
                        say(b"250 taken")
                elif line.upper().startswith(b"DATA"):
                    data = True
                    say(b"354 go on")
                elif line.upper().startswith(b"QUIT"):
                    say(b"221 bye")
                    break
                else:
                    say(b"250 ok")
        threading.Thread(target=serve, daemon=True).start()
        settings = self.path / "settings"
        settings.mkdir()
        for file in (parts.ROOT / "deploy/notify").iterdir():
            (settings / file.name).write_text(file.read_text().replace("  red:\n    channels: [inbox, sms]", "  red:\n    channels: [inbox, email]"))
        channels = self.file("channels.yaml", f"kind: Channels\nemail: {{url: 'smtp://127.0.0.1:{server.getsockname()[1]}', from: seawall@example.cn}}\n")
        node = self.node(channels=channels, settings=settings)
        county = parts.COUNTY.read_text().replace("phone: '13800000005'}", "phone: '13800000005', email: s3@example.cn}")
        node.load(self.file("county.yaml", county))
        parts.wait("the directory", lambda: node.load(self.path / "county.yaml")["changed"] == 0)
        node.raise_("A1")
        parts.wait("handed over", lambda: node.states().get("A1") == "handed-over")
        mail = b"".join(got).decode()
        self.assertIn("RCPT TO:<s3@example.cn>", mail)
        text = base64.b64decode(mail.split("\r\n\r\n", 1)[1].split("\r\n.\r\n")[0])
        self.assertIn("提请批准逮捕期限", text.decode())


if __name__ == "__main__":
    parts.main()
