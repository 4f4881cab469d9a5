"""A bulletin's workbook and CSV, opened by LibreOffice and read back: the same figures, and no cell a formula."""
import csv
import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from up import Case, event, main, until

EVIL = '=HYPERLINK("http://evil.example","x")'
PACK = f"""apiVersion: seawall/v1
kind: IndicatorPack
metadata: {{name: test, version: 1.0.0, timezone: Asia/Shanghai}}
indicators:
  - {{id: received, name: '{EVIL}', name_en: '+1+1', domain: '@SUM(1+1)', better: less, events: [{{on: incident.received}}]}}
  - {{id: urgent, name: -2+3, domain: 警情, events: [{{on: incident.received, when: 'has(data.urgent) && data.urgent'}}]}}
  - {{id: share, name: 率, domain: 警情, ratio: {{part: urgent, whole: received}}}}
"""
ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
MARCH = "/v1/bulletins/monthly?org=320981&date=2026-03-01"


def opened(path, folder):
    """What LibreOffice shows of a file: the rows of each of its sheets, by name."""
    out = Path(tempfile.mkdtemp(dir=folder))
    subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", ALL_SHEETS, "--outdir", out, path],
                   check=True, capture_output=True, timeout=300)
    sheets = {file.stem.split("-")[-1]: list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines())) for file in out.glob("*.csv")}
    if not sheets:
        raise AssertionError("LibreOffice wrote nothing")
    return sheets


@unittest.skipUnless(shutil.which("soffice"), "soffice is not there: run scripts/install")
class Workbook(Case):
    def setUp(self):
        super().setUp()
        self.one = self.up(f"indicators={self.file('pack.yaml', PACK)}")
        events = [event(n, time=f"2026-03-{n + 1:02}T10:00:00+08:00", orgcode=f"3209810{n % 3 + 1}0000",
                        data={"incident_id": f"J{n}", "urgent": n % 4 == 0}) for n in range(12)]
        self.assertEqual(self.one.post(events)[0], 202)
        until(lambda: self.json()["sections"][0]["figures"][0]["value"] == 12, "all events are counted")

    def json(self):
        return json.loads(self.body(MARCH + "&format=json"))

    def body(self, path):
        status, _, body = self.one.ask("GET", path)
        self.assertEqual(status, 200, body)
        return body

    def saved(self, name, path):
        (self.folder / name).write_bytes(self.body(path))
        return self.folder / name

    def test_workbook(self):
        sheets = opened(self.saved("bulletin.xlsx", MARCH + "&format=xlsx"), self.folder)
        self.assertEqual(set(sheets), {"指标", "单位"})
        cells = {cell for row in sheets["指标"] for cell in row}
        figures = {f["name"]: f for s in self.json()["sections"] for f in s["figures"]}
        for name, figure in figures.items():
            rows = [row for row in sheets["指标"] if name in row]
            self.assertEqual(len(rows), 1, name)  # a formula would show its result, not its text
            if name != "率":
                self.assertIn(str(figure["value"]), rows[0])
        self.assertIn("25%", cells)
        units = {unit["org"]: unit["sum"] for unit in self.json()["units"]}
        for org, total in units.items():
            rows = [row for row in sheets["单位"] if org in row]
            self.assertEqual(len(rows), 1, org)
            self.assertIn(str(total), rows[0])

    def test_csv(self):
        path = self.saved("bulletin.csv", MARCH + "&format=csv&lang=en")
        cells = {cell for row in opened(path, self.folder)["bulletin"] for cell in row}
        self.assertTrue(any(cell.endswith("+1+1") for cell in cells), cells)
        self.assertFalse(cells & {"2", "#NAME?", "Err:509"}, cells)


if __name__ == "__main__":
    main()
