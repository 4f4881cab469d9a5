"""The program holds RocksDB's busiest parts as scripts/rocksdb makes them, without assertions (docs/decisions/0038)."""
import re
import subprocess
import unittest
from pathlib import Path

import cli

ADD = re.compile(r"^\w+ (\w+) T _ZN7rocksdb8MemTable3AddE", re.M)  # rocksdb::MemTable::Add, with its length


def nm(*args):
    return subprocess.run(["nm", *args], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


@unittest.skipIf(cli.SANITIZED, "under a sanitizer the library is shared")
class Held(cli.Case):
    def test_the_parts_have_no_assertion_and_are_in_the_program(self):
        parts = subprocess.run([cli.ROOT / "scripts/rocksdb", "--where"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        self.assertTrue(Path(parts).is_file(), f"{parts} is not there: scripts/rocksdb makes it and says what is wrong")
        self.assertNotIn("__assert_fail", nm("-u", parts))
        add = ADD.findall(nm("-S", parts))
        self.assertEqual(len(add), 1)
        self.assertEqual(ADD.findall(nm("-S", cli.SEAWALL)), add)


if __name__ == "__main__":
    cli.main()
