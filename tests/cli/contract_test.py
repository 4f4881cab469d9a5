"""The contract's sentences on what replay writes: transitions, causes, members, the clock. Names are its words (sections 2 to 5)."""
import json

import cli

FOLDER = cli.ROOT / "tests/contract3"
PACK = """
apiVersion: seawall/v1
kind: RulePack
metadata: {name: p, version: 1.0.0, timezone: Asia/Shanghai, effective: {from: 2026-01-01}}
rules:
  - id: r
    kind: deadline
    severity: critical
    basis: [{law: L, article: A}]
    text: hurry
    key: [case_id, person_id]
    start: {on: a.open}
    stop: [{on: a.stop}]
    cancel: [{on: a.void}]
    restart: [{on: a.again}]
    pause: [{from: {on: a.pause}, to: {on: a.resume}}]
    extend: [{on: a.extend, by: 7d, approver: data.by, basis: [{law: L, article: B}]}]
    limit: 3d
    warn: [{at: start, level: blue, to: [handler]}, {at: -24h, level: orange, to: [a, b]}, {at: due, level: breach, to: [c], repeat: {every: 24h, max: 1}}]
"""


def event(number, kind, time, data=None, **extra):
    data = data if kind.startswith("event.") else {"case_id": "C", "person_id": "P", **(data or {})}
    return {"specversion": "1.0", "id": str(number), "source": "s", "type": kind, "time": f"2026-03-{time}:00+08:00", "data": data, **extra}


def at(time):
    return f"2026-03-{time}:00+08:00"


OPEN = event(1, "a.open", "02T08:00", orgcode="320981010000", officerid="012345")


class Replay(cli.Case):
    def told(self, events, *args, code=0):
        pack = self.file("pack.yaml", PACK)
        text = "".join(json.dumps(e) + "\n" for e in events)
        out, _ = cli.run("replay", "--rules", pack, "--catalogue", FOLDER / "catalogue.yaml", "--events", "-", *args, stdin=text, code=code)
        return cli.lines(out)

    def short(self, events, *args, code=0):
        def one(line):
            data = line["data"]
            return (line["type"].split(".")[1], data["level"], data["repeat"], line["time"][8:16], data.get("reason"), data.get("cause", {}).get("id"))
        return [one(line) for line in self.told(events, *args, code=code)]

    def test_a_warning_has_the_members_of_the_contract(self):
        line = self.told([OPEN])[1]
        data = line.pop("data")
        line.pop("id"), line.pop("datacontenttype")
        self.assertEqual(line, {"specversion": "1.0", "type": "warning.raised", "source": "seawall/deadline", "subject": "C", "time": at("04T08:00"),
                                "orgcode": "320981010000", "officerid": "012345"})
        self.assertRegex(data.pop("warning_id"), "^[0-9a-f]{32}$")
        self.assertRegex(data.pop("pack_hash"), "^[0-9a-f]{32}$")
        self.assertEqual(data, {
            "rule": "r", "pack": "p@1.0.0", "kind": "deadline", "level": "orange", "severity": "critical", "key": {"case_id": "C", "person_id": "P"},
            "to": ["a", "b"], "start": at("02T08:00"), "due": at("05T08:00"), "fires_at": at("04T08:00"), "repeat": 0, "state": "open",
            "provisional": False, "events": [{"source": "s", "id": "1", "type": "a.open"}], "text": "hurry", "basis": [{"law": "L", "article": "A"}]})

    def test_withdrawn_and_resolved_carry_the_reason_and_the_event_that_caused_it(self):
        self.assertEqual(self.short([OPEN, event(2, "a.stop", "04T09:00", receivedtime=at("05T10:00"))]), [
            ("raised", "blue", 0, "02T08:00", None, None), ("raised", "orange", 0, "04T08:00", None, None), ("raised", "breach", 0, "05T08:00", None, None),
            ("resolved", "blue", 0, "05T10:00", "stop", "2"), ("resolved", "orange", 0, "05T10:00", "stop", "2"),
            ("withdrawn", "breach", 0, "05T10:00", "stop", "2")])

    def test_resolved_and_the_final_set_carry_late_by_only_where_it_was_late(self):
        stop = event(2, "a.stop", "05T08:00")
        stop["time"] = "2026-03-05T08:00:00.999+08:00"
        for args in (), ("--final",):
            lines = [l["data"] for l in self.told([OPEN, stop], *args) if l["data"]["state"] == "resolved"]
            self.assertEqual([l.get("late_by") for l in lines], [0, 0, 0])
        on_time = self.told([OPEN, event(2, "a.stop", "05T08:00")], "--final")
        self.assertEqual([("late_by" in l["data"], l["data"]["state"]) for l in on_time], [(False, "resolved")] * 2)

    def test_an_instance_that_runs_again_is_raised_again(self):
        self.assertEqual(self.short([OPEN, event(2, "a.stop", "03T09:00"), event(3, "event.retracted", "03T10:00", {"source": "s", "id": "2"})],
                                    "--until", at("03T11:00")), [
            ("raised", "blue", 0, "02T08:00", None, None), ("resolved", "blue", 0, "03T09:00", "stop", "2"), ("raised", "blue", 0, "03T10:00", None, None)])

    def test_an_extension_that_moves_a_reached_level_into_the_future_withdraws_it(self):
        self.assertEqual(self.short([OPEN, event(2, "a.extend", "04T09:00")], "--until", at("11T09:00")), [
            ("raised", "blue", 0, "02T08:00", None, None), ("raised", "orange", 0, "04T08:00", None, None),
            ("withdrawn", "orange", 0, "04T09:00", "extended", "2"), ("raised", "orange", 0, "11T08:00", None, None)])

    def test_cancel_withdraws_the_warnings_of_a_running_instance(self):
        self.assertEqual(self.short([OPEN, event(2, "a.void", "04T09:00", {"person_id": "P"})])[2:], [
            ("withdrawn", "blue", 0, "04T09:00", "cancelled", "2"), ("withdrawn", "orange", 0, "04T09:00", "cancelled", "2")])

    def test_a_moved_time_of_a_warning_that_stays_in_the_set_is_no_line(self):
        moved = event(2, "event.corrected", "04T09:00", {"source": "s", "id": "1", "event": {**OPEN, "time": at("02T07:00")}})
        self.assertEqual(self.short([OPEN, moved], "--until", at("04T10:00")), [
            ("raised", "blue", 0, "02T08:00", None, None), ("raised", "orange", 0, "04T08:00", None, None)])
        final = self.told([OPEN, moved], "--until", at("04T10:00"), "--final")
        self.assertEqual({l["data"]["fires_at"] for l in final}, {at("02T07:00"), at("04T07:00")})

    def test_one_of_the_same_rule_group_level_and_repeat_takes_its_place_by_replaces_and_replaced_by(self):
        earlier = event(0, "a.open", "01T08:00", receivedtime=at("02T09:00"))
        lines = self.told([OPEN, earlier], "--until", at("02T10:00"))
        self.assertEqual([l["type"] for l in lines], ["warning.raised", "warning.withdrawn", "warning.raised"])
        old, new = lines[1]["data"], lines[2]["data"]
        self.assertEqual((old["replaced_by"], new["replaces"]), (new["warning_id"], old["warning_id"]))
        self.assertEqual(old["cause"], {"source": "s", "id": "0", "type": "a.open"})

    def test_an_event_whose_time_is_still_to_come_waits_for_it(self):
        self.assertEqual(self.short([OPEN, event(2, "a.stop", "04T09:00", receivedtime=at("02T09:00"))]), [
            ("raised", "blue", 0, "02T08:00", None, None), ("raised", "orange", 0, "04T08:00", None, None),
            ("resolved", "blue", 0, "04T09:00", "stop", "2"), ("resolved", "orange", 0, "04T09:00", "stop", "2")])

    def test_records_of_one_moment_are_all_taken_before_timers_fire(self):
        self.assertEqual(self.short([OPEN, event(2, "a.stop", "04T07:59", receivedtime=at("04T08:00"))])[1:], [
            ("resolved", "blue", 0, "04T08:00", "stop", "2")])

    def test_the_clock_follows_receivedtime_else_recordedtime_else_time(self):
        both = event(1, "a.open", "02T08:00", recordedtime=at("02T09:00"), receivedtime=at("02T10:00"))
        recorded = event(1, "a.open", "02T08:00", recordedtime=at("02T09:00"))
        self.assertEqual([self.short([e])[0][3] for e in (both, recorded, OPEN)], ["02T10:00", "02T09:00", "02T08:00"])

    def test_known_at_leaves_out_what_was_received_later(self):
        stop = event(2, "a.stop", "04T07:00", receivedtime=at("05T07:00"))
        self.assertEqual([l["data"]["state"] for l in self.told([OPEN, stop], "--final", "--until", at("04T12:00"), "--known-at", at("04T12:00"))], ["open"] * 2)
        self.assertEqual([l["data"]["state"] for l in self.told([OPEN, stop], "--final", "--until", at("06T12:00"))], ["resolved"])

    def test_goes_on_until_nothing_more_can_fire_and_an_open_pause_counts_up_to_there(self):
        paused = [OPEN, event(2, "a.pause", "03T12:00", {"person_id": None}), event(3, "a.pause", "05T13:00", {"person_id": None})]
        for e in paused[1:]:
            del e["data"]["person_id"]
        line = self.told(paused, "--final")[0]["data"]
        self.assertEqual((line["due"], line["provisional"]), (at("07T08:00"), True))

    def test_the_same_pair_with_the_same_content_is_a_duplicate_and_with_other_content_a_conflict(self):
        again = {**OPEN, "recordedtime": at("02T12:00")}
        self.assertEqual(len(self.told([OPEN, again, OPEN], "--until", at("03T00:00"))), 1)
        elsewhere = {**OPEN, "time": "2026-03-02T00:00:00Z", "receivedtime": at("02T09:00")}
        self.assertEqual(len(self.told([OPEN, elsewhere], "--until", at("03T00:00"), code=3)), 1)

    def test_final_is_sorted_by_warning_id_and_holds_each_with_its_state(self):
        lines = self.told([OPEN, event(2, "a.stop", "10T08:00"), event(3, "a.open", "11T08:00")], "--final", "--until", at("12T08:00"))
        ids = [l["data"]["warning_id"] for l in lines]
        self.assertEqual(ids, sorted(ids))
        self.assertEqual(sorted(l["data"]["state"] for l in lines), ["open"] + ["resolved"] * 4)

    def test_explain_adds_every_extension_taken_or_late_with_approver_and_article(self):
        events = [OPEN] + [event(n, "a.extend", day, {"by": "chief"}) for n, day in ((2, "04T09:00"), (3, "20T09:00"))]
        for e in events[1:]:
            del e["data"]["person_id"]
        explanation = self.told(events, "--final", "--explain", "--until", at("21T00:00"))[0]["data"]["explanation"][0]
        steps = [s for s in explanation["steps"] if s["step"] == "extension"]
        self.assertEqual([(s["fate"], s["approver"], s["basis"][0]["article"], s["due"]) for s in steps],
                         [("taken", "chief", "B", at("12T08:00")), ("late", "chief", "B", at("12T08:00"))])

    def test_after_to_pauses_count_by_its_unit_and_the_step_says_so(self):
        pack = self.file("pack.yaml", PACK.replace("by: 7d", "to: 7d").replace("limit: 3d", "limit: 72h"))
        events = [OPEN, event(2, "a.extend", "03T09:00"), event(3, "a.pause", "04T09:00"), event(4, "a.resume", "05T08:00")]
        for e in events[1:]:
            del e["data"]["person_id"]
        text = "".join(json.dumps(e) + "\n" for e in events)
        out, _ = cli.run("replay", "--rules", pack, "--catalogue", FOLDER / "catalogue.yaml", "--events", "-", "--final", "--explain",
                         "--until", at("06T00:00"), stdin=text)
        steps = cli.lines(out)[0]["data"]["explanation"][0]["steps"]
        self.assertEqual([s["step"] for s in steps], ["begin", "limit", "extension", "pause"])
        self.assertEqual((steps[3]["added_days"], steps[3]["due"]), (1, at("10T08:00")))

    def test_an_instance_is_judged_by_the_version_in_whose_interval_its_start_lies_and_keeps_it(self):
        old = self.file("old.yaml", PACK.replace("{on: a.open}", "{on: a.open, at: 'has(data.at) ? data.at : event.time'}"))
        new = self.file("new.yaml", old.read_text().replace("1.0.0", "2.0.0").replace("2026-01-01", "2026-03-05").replace("limit: 3d", "limit: 5d"))

        def of(case, number, time, kind="a.open", **data):
            return event(number, kind, time, {"case_id": case, **data})
        events = [of("A", 1, "04T08:00"), of("B", 2, "05T00:00"), of("C", 3, "05T00:00", at="2026-03-04T23:59:59+08:00"),
                  of("D", 4, "04T08:00"), of("D", 5, "06T08:00", "a.again"), {**of("E", 6, "04T08:00"), "time": "2025-12-31T23:59:59+08:00"}]
        text = "".join(json.dumps(e) + "\n" for e in events)
        out, _ = cli.run("replay", "--rules", new, old, "--catalogue", FOLDER / "catalogue.yaml", "--events", "-", "--final",
                         "--until", at("06T09:00"), stdin=text)
        found = {(d["key"]["case_id"], d["pack"], d["due"]) for d in (l["data"] for l in cli.lines(out))}
        self.assertEqual(found, {("A", "p@1.0.0", at("07T08:00")), ("B", "p@2.0.0", at("10T00:00")), ("C", "p@1.0.0", "2026-03-07T23:59:59+08:00"),
                                 ("D", "p@1.0.0", at("09T08:00"))})


if __name__ == "__main__":
    cli.main()
