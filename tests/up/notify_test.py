"""Warnings reach people: from the event to the SMS, the signature, the ladder, the closed loop, through one process."""
import datetime
import json
import re

import up
from up import Case, main, seawall, until

STATION = "320981010000"


class Notify(Case):
    def setUp(self):
        super().setUp()
        settings = self.folder / "notify"
        settings.mkdir()
        for file in (up.ROOT / "deploy/notify").iterdir():
            text = file.read_text().replace("after: 30m, to: [unit_leader]", "after: 1s, to: [unit_leader]")
            text = text.replace("after: 1h, to: [legal_brigade]", "after: 2s, to: [legal_brigade]")
            (settings / file.name).write_text(text)
        self.one = self.up(f"notify.settings={settings}")
        self.url = f"http://127.0.0.1:{self.one.port}"
        seawall("generate", "--directory", "--stations", 3, "--out", self.folder / "county.yaml")
        out, _ = seawall("directory", "load", self.folder / "county.yaml", "--url", self.url)
        self.assertIn("53 changed", out)
        until(lambda: "0 changed" in seawall("directory", "load", self.folder / "county.yaml", "--url", self.url)[0], "it is taken in")
        until(lambda: self.one.get("/v1/officers/030011/inbox")[0] == 200, "a task has it")
        self.one.rest()  # each task has a copy of its own

    def sms(self):
        return up.lines_of(self.folder / "data/sms.log")

    def find(self, number, **more):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        status, answer = self.one.post({
            "specversion": "1.0", "id": f"f-{number}", "source": "urn:patrol", "type": "finding.recorded", "time": now, "orgcode": STATION,
            "data": {"finding_id": f"F{number}", "category": "filing", "unit_org": STATION, "county_org": "320981000000",
                     "source": "patrol_county", "gravity": "critical", "handler_id": "030000", "topic": "受案不及时", **more}})
        self.assertEqual((status, answer.get("accepted")), (202, 1))

    def task(self):
        tasks = json.loads(seawall("tasks", "--json", "--url", self.url)[0])["tasks"]
        return tasks[0] if tasks else None

    def act(self, action, officer, *more, code=0):
        out, err = seawall("act", self.task()["warning_id"], action, "--officer", officer, "--url", self.url, *more, code=code)
        return out or err

    def test_from_the_event_to_the_closed_loop(self):
        self.find(1)
        first = until(lambda: next((m for m in self.sms() if m["recipient"] == "030011"), None), "the legal officer's SMS")
        self.assertRegex(first["text"], r"^【执法监督】红色预警：1所F1执法.*回复\d{4}签收$")
        self.assertEqual(first["to"], "19900000011")
        # Nobody signs: the leader is told again, then the legal brigade.
        until(lambda: any(m["kind"] == "escalation" and m["recipient"] == "030012" for m in self.sms()), "the leader")
        until(lambda: any(m["kind"] == "escalation" and m["recipient"] == "039900" for m in self.sms()), "the brigade")
        until(self.task, "the task")
        self.assertEqual(self.task()["level"], "red")
        self.assertIn("recorded", self.act("acknowledge", "030011"))
        until(lambda: self.task().get("acknowledged") == "red", "signed")
        steps = [("verify", "030011", "verified"), ("rectify", "039901", "ordered"), ("feedback", "030011", "submitted"),
                 ("recheck", "039901", "rechecked"), ("close", "039901", "closed")]
        for action, officer, state in steps:
            more = {"feedback": ["--note", "已补办"], "recheck": ["--result", "passed"]}.get(action, [])
            if action == "recheck":
                self.assertIn("own", self.act(action, "030011", *more, code=1))
            self.act(action, officer, *more)
            until(lambda: self.task()["state"] == state, state)
        self.assertIn("已销号", seawall("tasks", "--url", self.url)[0])
        # Each step is a case event: the same one again is a duplicate, not a second step.
        self.assertEqual([s["action"] for s in self.task()["steps"]], ["acknowledge"] + [s[0] for s in steps])

    def test_a_folder_of_csv_is_loaded_and_its_faults_are_told_with_their_places(self):
        folder = self.folder / "csv"
        folder.mkdir()
        (folder / "units.csv").write_text("code,name,tier,short,parent\n320981000000,局,county,,\n320981010000,所,station,1所,320981000000\n")
        (folder / "officers.csv").write_text("id,name,unit,phone\n030011,法制,320981010000,13800000001\n")
        (folder / "posts.csv").write_text("unit,role,officer\n320981010000,legal_officer,030099\n")
        _, err = seawall("directory", "load", folder, "--url", self.url, code=2)
        self.assertIn("posts.csv:2:3: error: officer: there is no officer '030099'", err)
        (folder / "posts.csv").write_text("unit,role,officer\n320981010000,legal_officer,030011\n")
        out, _ = seawall("directory", "load", folder, "--url", self.url)
        self.assertRegex(out, r"^3 entries, 3 changed, 50 removed$")
        until(lambda: self.one.get("/v1/officers/030012/inbox")[0] == 404, "the rest is gone")
        self.one.rest()
        self.find(1)
        self.assertEqual(until(self.sms, "the SMS")[0]["to"], "13800000001")

    def check(self, number, officers, action="interrogate"):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        return {"specversion": "1.0", "id": f"q-{number}", "source": "urn:gate", "type": "invest.action_performed", "time": now, "orgcode": STATION,
                "officerid": "030000", "subject": "A1", "data": {"case_id": "A1", "person_id": "P1", "unit_org": STATION, "action": action,
                                                                 "track": "criminal", "officer_count": officers}}

    def test_an_interrogation_that_the_gate_refuses_reaches_handler_and_leader_once(self):
        def refused():
            return [e for e in self.one.get("/v1/cases/A1")[1].get("events", []) if e["type"] == "gate.refused"]
        def ask(question):
            text = self.one.ask("POST", "/v1/checks", json.dumps(question), {"Content-Type": "application/cloudevents+json"})[2]
            return json.loads(text)["violates"]
        self.assertFalse(ask(self.check(1, 2)))
        self.assertTrue(ask(self.check(2, 1, "search")) in (True, False))  # not a question of the gate
        question = self.check(3, 1)
        for _ in range(2):  # the same question, and another one at once
            self.assertTrue(ask(question))
        self.assertTrue(ask(self.check(4, 1)))
        got = until(lambda: len(self.sms()) >= 2 and self.sms(), "the SMS")
        self.assertEqual({m["recipient"] for m in got}, {"030000", "030012"})
        self.assertRegex(got[0]["text"], r"^【执法监督】1所A1：讯问放行被拒，.*。讯问由二名以上侦查人员进行")
        event = until(refused, "the event")
        self.assertEqual([e["source"] for e in event], ["seawall/checks"])
        # Once nothing else is under way, there is still one of it.
        self.find(1)
        until(lambda: any("F1" in m["text"] for m in self.sms()), "what came after")
        self.assertEqual(sum("讯问放行被拒" in m["text"] for m in self.sms()), 2)

    def test_patrols_cover_their_week_and_the_week_opens_the_periods(self):
        def plan(*more):
            return json.loads(seawall("patrols", "--json", "--url", self.url, *more)[0])["plans"][0]
        now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
        first = plan()
        self.assertEqual((first["covered"], first["of"], first["each"]), (0, 3, "week"))
        begin, end = (datetime.datetime.fromisoformat(first[name]) for name in ("from", "until"))
        self.assertEqual((begin.weekday(), end - begin, begin.hour), (0, datetime.timedelta(days=7), 0))
        self.assertTrue(begin <= now < end)
        # What had begun before there were plans is nobody's fault.
        self.assertEqual(self.one.get("/v1/deadlines?rule=sv.patrol.county-weekly")[1]["deadlines"], [])
        self.one.stop()
        (self.folder / "data/patrols.since").write_text("0\n")
        self.one.start()
        self.url = f"http://127.0.0.1:{self.one.port}"
        running = lambda: self.one.get("/v1/deadlines?rule=sv.patrol.county-weekly")[1]["deadlines"]
        until(lambda: len(running()) == 3, "each unit's week runs")
        def done(number, tier, time):
            return {"specversion": "1.0", "id": f"p-{number}", "source": "urn:patrol", "type": "patrol.done", "time": time.isoformat(), "orgcode": STATION,
                    "data": {"unit_org": STATION, "county_org": "320981000000", "tier": tier, "topic": "filing", "findings": 2}}
        early = begin - datetime.timedelta(seconds=1)
        self.one.post([done(1, "station", now), done(2, "county", early), done(3, "county", now)])
        until(lambda: plan()["covered"] == 1, "it is covered")
        unit = next(u for u in plan()["units"] if u["patrolled"])
        self.assertEqual((unit["unit"], [(p["tier"], p["topic"], p["findings"]) for p in unit["patrols"]]), (STATION, [("county", "filing", 2)]))
        until(lambda: len(running()) == 2, "its period is over")
        self.assertEqual(plan("--at", early.isoformat())["covered"], 1)
        self.assertEqual([u["unit"] for u in plan("--missing")["units"]], ["320981020000", "320981030000"])
        out, _ = seawall("patrols", "--url", self.url, code=3)
        self.assertRegex(out, r"county-weekly: 1 of 3 units from .*\n(.*\n)*.*not yet")
        # One that never was does not count.
        self.one.post({"specversion": "1.0", "id": "r-1", "source": "urn:patrol", "type": "event.retracted", "time": now.isoformat(), "orgcode": STATION,
                       "data": {"source": "urn:patrol", "id": "p-3"}})
        until(lambda: plan()["covered"] == 0, "it is taken back")
        until(lambda: len(running()) == 3, "and the period runs on")
        # The same week again, by another process: nothing new.
        self.one.stop()
        self.one.start()
        self.url = f"http://127.0.0.1:{self.one.port}"
        self.find(1)
        until(lambda: self.task(), "what came after")
        self.assertEqual(len(running()), 3)

    def test_a_gateway_that_is_down_degrades_and_events_are_still_taken_in(self):
        self.assertNotIn("degraded", self.one.get("/readyz")[1])
        (self.folder / "password").write_text("x\n")
        with up.socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        channels = self.folder / "channels.yaml"
        channels.write_text(f"kind: Channels\nsms: {{driver: kannel, url: 'http://127.0.0.1:{port}/', username: a, password_file: {self.folder}/password, probe: 1s}}\n")
        self.one.stop()
        self.one.sets = (*self.one.sets, f"notify.channels={channels}")
        self.one.start()
        until(lambda: self.one.get("/readyz") == (200, {"status": "ready", "reasons": [], "degraded": ["the SMS gateway can't be reached"]}), "it is said")
        self.assertIn(b"seawall_notify_gateway_up 0", self.one.ask("GET", "/metrics")[2])

    def test_a_reply_signs_and_a_restart_keeps_everything(self):
        self.find(1)
        first = until(lambda: next((m for m in self.sms() if m["recipient"] == "030011"), None), "the SMS")
        code = re.search(r"回复(\d{4})", first["text"])[1]
        self.one.stop()
        before = [m["id"] for m in self.sms()]
        self.one.start()
        self.url = f"http://127.0.0.1:{self.one.port}"
        until(lambda: any(m["kind"] == "escalation" and m["recipient"] == "039900" for m in self.sms()), "the ladder goes on to its end")
        after = [m["id"] for m in self.sms()]
        self.assertEqual(len(after), len(set(after)), "a message was sent twice")
        self.assertEqual(after[:len(before)], before)
        inbox = self.one.get("/v1/officers/030011/inbox")[1]["notices"]
        self.assertTrue(inbox)
        self.assertEqual(self.one.get("/v1/sms/reply/" + "0" * 32 + f"?from=19900000011&text={code}")[0], 404)

    def test_an_import_of_old_events_sends_nothing(self):
        out, _ = seawall("generate", "--cases", 60, "--stations", 3, "--seed", 3, "--start", "2025-03-01", "--cut")
        lines = out.splitlines()
        for start in range(0, len(lines), 500):
            batch = [json.loads(line) for line in lines[start:start + 500]]
            status, answer = self.one.post(batch)
            self.assertEqual(status, 202)
        until(lambda: seawall("tasks", "--json", "--url", self.url)[0].count('"not_told":"too-old"') > 0, "warnings come")
        self.one.rest()
        self.assertEqual(self.sms(), [])
        tasks = json.loads(seawall("tasks", "--json", "--limit", "500", "--url", self.url)[0])["tasks"]
        self.assertEqual({w.get("not_told") for t in tasks for w in t["warnings"]} - {"too-old", "resolved", "replaces"}, set())


if __name__ == "__main__":
    main()
