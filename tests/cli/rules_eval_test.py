"""seawall rules eval: the value and its type, or the error and its place."""
import json

import cli

EVENT = {"specversion": "1.0", "id": "1", "source": "urn:x", "type": "coercion.detained", "subject": "A1",
         "time": "2026-03-01T09:00:00+08:00", "orgcode": "320981010000", "data": {"case_id": "A1", "person_id": "P1"}}


def value(*args):
    out, _ = cli.run("rules", "eval", *args)
    return json.loads(out)


def error(*args, code=1):
    _, err = cli.run("rules", "eval", *args, code=code)
    return err


class Eval(cli.Case):
    def test_prints_type_and_value(self):
        for text, kind, wanted in [
                ("1 + 2", "int", 3), ("-5 + 3", "int", -2), ("-9223372036854775808", "int", -2**63),
                ("18446744073709551615u", "uint", 2**64 - 1), ("1.5 * 2.0", "double", 3), ("0.0 / 0.0", "double", "NaN"),
                ("'案' + \"件\"", "string", "案件"), ("b'\\xff\\x00abc'", "bytes", "/wBhYmM="), ("b'abcd'", "bytes", "YWJjZA=="),
                ("2 in [1, 2]", "bool", True), ("null", "null_type", None), ("[1, 2].map(x, x * 2)", "list", [2, 4]),
                ("{'a': [true], 'b': []}", "map", {"a": [True], "b": []}), ("{1: 'x'}", "map", {"1": "x"}),
                ("timestamp('2026-03-01T09:00:00+08:00')", "timestamp", "2026-03-01T01:00:00Z"),
                ("duration('-90m0.5s')", "duration", "-5400.5s"), ("type(1)", "type", "int")]:
            self.assertEqual(value(text), {"type": kind, "value": wanted}, text)

    def test_binds_json(self):
        self.assertEqual(value("--bind", 'x={"name":1024}', "x.name")["value"], 1024)
        self.assertEqual(value("--bind", "x=[1,2.5]", "x == [1.0, 2.5]")["value"], True)
        self.assertEqual(value("--bind", 'a.b.c="yeah"', "a.b.c"), {"type": "string", "value": "yeah"})
        self.assertEqual(value("--bind", "n=3", "--bind", "d=3.0", "type(n) == int && type(d) == double")["value"], True)
        self.assertEqual(value("--bind", 't="2026-03-01T09:00:00Z"', "t")["type"], "string")
        data = {"kind": "criminal", "to_days": 7, "none": None, "inner": {"a": 1, "b": "x"}, "ids": ["p", "q"]}
        self.assertEqual(value("--bind", "data=" + json.dumps(data), "--bind", 'facts={"roving":true}',
                               "data.kind == 'criminal' && data.to_days <= 7 && data.inner.b == 'x' && 'q' in data.ids && "
                               "facts.roving && !has(facts.other)")["value"], True)

    def test_reads_an_event_as_the_catalogue_types_it(self):
        path = self.file("event.json", json.dumps(EVENT))
        self.assertEqual(value("--event", path, "event.time.getHours('Asia/Shanghai') == 9 && data.case_id == 'A1' && "
                                                "!has(event.recordedtime) && event.type == 'coercion.detained'")["value"], True)
        self.assertIn("did you mean data.case_id?", error("--event", path, "data.case_di == ''"))
        self.assertIn("is not carried", error("--event", path, "event.recordedtime > event.time"))
        self.assertIn("personal", error("--event", path, "data.person_name == ''"))

    def test_tells_the_place_of_an_error(self):
        self.assertIn("expression:1:5: error: 1 / 0 divides by zero", error("2 + 1 / 0"))
        self.assertIn("expression:1:3: error: '==' doesn't take int and double", error("1 == 1.0"))
        self.assertIn("expression:2:1:", error("true &&\nfoo"))
        out, _ = cli.run("rules", "eval", "--json", "foo + bar", code=1)
        self.assertEqual([(e["line"], e["column"], e["code"]) for e in json.loads(out)["errors"]],
                         [(1, 1, "unknown"), (1, 7, "unknown")])

    def test_wrong_usage_is_2(self):
        self.assertIn("EXPRESSION is missing", error(code=2))
        self.assertIn("NAME=JSON", error("--bind", "x", "x", code=2))
        self.assertIn("--bind x:1:2", error("--bind", "x={", "x", code=2))
        self.assertIn("one type", error("--bind", 'x=[1,"a"]', "x", code=2))
        self.assertIn("bound twice", error("--bind", "x=1", "--bind", "x=2", "x", code=2))
        self.assertIn("too big", error("--bind", "x=9223372036854775808", "x", code=2))
        self.assertIn("nowhere", error("--event", "nowhere.json", "true", code=2))
        refused = self.file("event.json", json.dumps({**EVENT, "type": "no.such"}))
        self.assertIn("no.such", error("--event", refused, "--catalogue", cli.ROOT / "tests/contract3/catalogue.yaml", "true", code=2))

    def test_an_event_of_a_type_that_no_catalogue_declares_is_typed_by_its_values(self):
        data = {"n": 3, "x": 1.5, "f": True, "s": "a", "at": "2026-03-01T08:00:00+08:00", "l": ["p", "q"], "o": {"a": 1}, "m": [1, "a"], "e": []}
        path = self.file("event.json", json.dumps({**EVENT, "type": "no.such", "data": data}))
        self.assertEqual(value("--event", path, "data.n + 1"), {"type": "int", "value": 4})
        self.assertEqual(value("--event", path, "data.x > 1.0 && data.f && data.s == 'a' && 'q' in data.l && "
                                                "event.time - data.at == duration('1h')")["value"], True)
        self.assertIn("data has no o", error("--event", path, "data.o.a == 1"))


if __name__ == "__main__":
    cli.main()
