"""Bulletins and models of a running instance: by HTTP and by `seawall report`, through a kill and a restart."""
import json
import signal

from up import Case, event, main, seawall

MARCH = "/v1/bulletins/monthly?org=320981&date=2026-03-01"


class Report(Case):
    def start(self):
        one = self.up("bulletins.daily=off", "bulletins.weekly=off", "bulletins.monthly=off")
        events = [event(n, time=f"2026-03-{n + 1:02}T10:00:00+08:00", orgcode=f"3209810{n % 3 + 1}0000") for n in range(12)]
        self.assertEqual(one.post(events)[0], 202)
        one.rest()  # what they have made due is counted too
        self.assertEqual(self.received(one), 12)
        return one

    def received(self, one, more=""):
        status, figure = one.get("/v1/figures/incident.received?org=320981&from=2026-03-01&to=2026-03-31" + more)
        self.assertEqual(status, 200)
        return figure["value"]

    def test_what_was_issued_stays(self):
        one = self.start()
        url = ("--url", f"http://127.0.0.1:{one.port}")
        out, _ = seawall("report", "issue", "monthly", "--org", "320981", "--date", "2026-03-05", *url)
        self.assertIn("monthly-2026-03-01-320981.1", out)
        printed = one.ask("GET", MARCH + "&as=issued")[2]
        retract = {"specversion": "1.0", "id": "r1", "source": "urn:test", "type": "event.retracted", "subject": "J3",
                   "time": "2026-11-01T12:00:00+08:00", "data": {"source": "urn:test", "id": "t-3"}}
        self.assertEqual(one.post(retract)[0], 202)
        one.rest()
        self.assertEqual(self.received(one), 11)
        one.stop(signal.SIGKILL, code=None)
        one.start()
        self.assertEqual(one.ask("GET", MARCH + "&as=issued")[2], printed)
        status, compared = one.get(MARCH + "&as=compared&format=json")
        self.assertEqual(status, 200)
        changed = {f["id"]: f["difference"] for f in compared["figures"] if f["changed"]}
        self.assertEqual(changed["incident.received"], -1)
        self.assertTrue(all(difference == -1 for difference in changed.values()), changed)
        url = ("--url", f"http://127.0.0.1:{one.port}")
        out, _ = seawall("report", "bulletins", "--json", *url)
        self.assertEqual([b["edition"] for b in json.loads(out)["bulletins"]], [1])
        self.assertIn("1 bulletins", seawall("report", "bulletins", *url)[0])

    def test_models_by_command(self):
        one = self.start()
        url = ("--url", f"http://127.0.0.1:{one.port}")
        self.assertIn("红黄蓝榜", seawall("report", "model", *url)[0])
        span = ("--org", "320981", "--from", "2026-03-01", "--to", "2026-03-31")
        self.assertIn("32098101", seawall("report", "model", "plates", *span, *url)[0])
        _, said = seawall("report", "model", "nothing", *span, *url, code=1)
        self.assertIn("/v1/models", said)


if __name__ == "__main__":
    main()
