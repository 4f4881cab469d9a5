"""The rule packs that come with the program: they load without a finding, their own tests pass and would notice a change,
every rule is tested both ways, and the worked dates of the domain come out of cn-police."""
import json
import re
import sys

import yaml

import cli

DOMAIN = cli.need(cli.SHARED / "domain")
TESTS = sorted(cli.PACKS.glob("*/tests/*.yaml"))

# Vectors that stand on another rule than the pack's: the strict hour, a bureau's cut-off hour, a restart left out.
OTHER_RULE = {"V02", "V16b", "V36b"}


class Yaml12(yaml.SafeLoader):
    """`on` is a word."""


Yaml12.yaml_implicit_resolvers = {k: [r for r in v if r[0] != "tag:yaml.org,2002:bool"]
                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def load(path):
    return yaml.load(path.read_text(), Yaml12)


def packs():
    return sorted({path.parent.parent for path in TESTS})


# A pack that changes another is loaded on top of it.
OVERLAYS = {"cn-police-320981": "cn-police"}


def folders(pack):
    return [cli.PACKS / OVERLAYS[pack.name], pack] if pack.name in OVERLAYS else [pack]


def rules(pack):
    """The rules of the pack; of an overlay those that it changes or adds."""
    listed = json.loads(cli.run("rules", "list", "--json", *folders(pack))[0])
    return [rule for rule in listed if rule["pack"].split("@")[0] == pack.name]


class Packs(cli.Case):
    def test_packs_load_without_a_finding(self):
        self.assertEqual([p.name for p in packs()], ["cn-police", "cn-police-320981", "it-road-fines"])
        for pack in packs():
            found = json.loads(cli.run("rules", "check", "--json", *folders(pack))[0])
            self.assertEqual((found["valid"], found["errors"], found["notes"]), (True, [], []), pack)

    def test_their_tests_pass_and_notice_every_change(self):
        done = json.loads(cli.run("rules", "test", "--mutate", "--json", *TESTS)[0])
        self.assertGreater(done["run"], 500)
        self.assertGreater(done["changes"], 1000)
        self.assertEqual((done["failed"], done["unnoticed"]), (0, 0))

    def test_every_rule_is_tested_with_a_warning_and_without_one(self):
        for pack in packs():
            warned, quiet = set(), set()
            for path in pack.glob("tests/*.yaml"):
                for test in load(path)["tests"]:
                    warned |= {expect["rule"] for expect in test["expect"]}
                    if not any(expect["level"] == "breach" for expect in test["expect"]):
                        only = test.get("only", [])
                        quiet |= {only} if isinstance(only, str) else set(only)
            ids = {rule["id"] for rule in rules(pack)}
            self.assertEqual((ids - warned, ids - quiet), (set(), set()), pack)

    def test_an_overlay_switches_off_changes_and_adds(self):
        county = cli.PACKS / "cn-police-320981"
        listed = {rule["id"]: rule["pack"].split("@")[0] for rule in json.loads(cli.run("rules", "list", "--json", *folders(county))[0])
                  if rule["id"] != "in.check.dispute-hidden-crime"}
        base = {rule["id"] for rule in rules(cli.PACKS / "cn-police")}
        self.assertEqual(base - set(listed) - {"in.check.dispute-hidden-crime"}, {"fi.cabinet.open-10m"})
        self.assertEqual({name for name, pack in listed.items() if pack != "cn-police"},
                         {"in.check.walk-in-offline", "lr.major.report", "in.hall.close-3d"})

    def test_every_point_with_a_rule_has_its_grading_and_law(self):
        points = yaml.safe_load((DOMAIN / "control-points.yaml").read_text())["control_points"]
        found = {rule["id"]: rule for rule in rules(cli.PACKS / "cn-police")}
        for point in points:
            rule = found.get(point["id"])
            if rule is None:
                continue
            self.assertEqual((rule["severity"], rule["domain"], rule["element"], rule["number_source"]),
                             (point["severity"], point["domain"], point["element"], point["number_source"]), point["id"])
            self.assertTrue(rule["basis"] and rule["text"] and rule["name"], point["id"])


class Vectors(cli.Case):
    def setUp(self):
        super().setUp()
        self.types = {}
        for path in (cli.PACKS / "catalogue").glob("*.yaml"):
            self.types.update(load(path)["types"])
        self.ids = {rule["id"] for rule in rules(cli.PACKS / "cn-police")}

    def whole(self, event):
        """The event with what its type demands, and a value for each key that it leaves out."""
        example = {"string": "x", "int": 1, "double": 1.0, "bool": False, "timestamp": event["time"], "string[]": ["x"]}
        data = dict(event["data"])
        for name, field in self.types[event["type"]]["fields"].items():
            if not isinstance(field, dict) or name in data:
                continue
            if name == "person_ids" and "person_id" in data:
                data[name] = [data["person_id"]]
            elif field.get("required") or name in ("notice_id", "report_id", "remedy_id", "petition_id"):
                data[name] = field.get("values", [example[field["type"]]])[0]
        known = set(self.types[event["type"]]["fields"])
        return {**event, "specversion": "1.0", "source": "urn:vectors", "data": {k: v for k, v in data.items() if k in known}}

    def test_worked_dates_come_out_of_the_pack(self):
        vectors = [v for v in load(DOMAIN / "deadline-vectors.yaml")["vectors"]
                   if v["rule"]["id"] in self.ids and v["id"] not in OTHER_RULE]
        self.assertGreaterEqual(len(vectors), 20)
        for vector in vectors:
            text = "".join(json.dumps(self.whole(e)) + "\n" for e in vector["events"])
            out, _ = cli.run("replay", "--rules", cli.PACKS / "cn-police", "--events", "-", "--final",
                             "--until", vector.get("until", "2040-01-01T00:00:00+08:00"), stdin=text)
            due = {w["data"]["due"] for w in cli.lines(out)
                   if w["data"]["rule"] == vector["rule"]["id"] and w["data"]["level"] == "breach"}
            self.assertEqual(due, {vector["due"]}, vector["id"])


if __name__ == "__main__":
    cli.main()
