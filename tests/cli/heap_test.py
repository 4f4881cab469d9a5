"""The heap is jemalloc's, set as services/seawall/main.c says (docs/decisions/0036), and the environment goes before that."""
import re
import unittest

import cli


def settings(conf):
    told = cli.run("version", env={"MALLOC_CONF": f"stats_print:true{conf}"})[1]
    return dict(re.findall(r"^ +opt\.(\w+): (\S+)", told, re.M))


@unittest.skipIf(cli.SANITIZED, "a sanitizer brings its own heap")
class Heap(cli.Case):
    def test_few_arenas_and_what_is_free_goes_back(self):
        set_so = settings("")
        self.assertEqual([set_so.get(name) for name in ("narenas", "background_thread", "dirty_decay_ms", "muzzy_decay_ms")], ["2", "true", "100", "0"])

    def test_the_environment_goes_before(self):
        self.assertEqual(settings(",dirty_decay_ms:5000")["dirty_decay_ms"], "5000")


if __name__ == "__main__":
    cli.main()
