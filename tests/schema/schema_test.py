#!/usr/bin/env python3
"""hpsearch schema: what it accepts and refuses, beside what the reader of sweep files does.

The tests of the reader keep their texts, with what the reader has said about each (HPSEARCH_KEEP_TEXTS). The
schema must accept what the reader accepts. What the reader refuses, it must refuse as well, or the reader's
message is on the list BEYOND, with the reason why a schema cannot tell.

Usage: schema_test.py PROGRAM TEST_RUNNER SOURCE; ends with 77 where jsonschema or PyYAML is not installed.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: python3-{'yaml' if missing.name == 'yaml' else missing.name} is not installed")
    sys.exit(77)

PROGRAM, TEST_RUNNER, SOURCE = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(3))
SUITES = ("SweepFile.*:UsualMistakes.*:SearchReader.*:ProgramReader.*:EarlyTerminate*.*:ReadingRules.*:"
          "Checkpoints*.*:Expression*.*:Quantised.*:SweepSettings.*:*Zip*.*:TableRecipe.*")

# Parts of the reader's messages, each with why no schema says the same.
BEYOND = {
    r"no file|neither a built-in data set|must be a number of rows|'warm_start' is empty":
        "which files there are",
    r"^in '(when|constraints)'|^circular conditions|never holds in this sweep|satisfies the constraints":
        "what expressions mean",
    r"is empty: max|no multiple of q|'limits' of|never reaches 0|whole numbers for min and max|a finite number":
        "how one number compares with another, and infinity, which JSON does not have",
    r"add up to|twice|numbers for \d+ values|equal length|values for \d+ hidden|one group of|different values only"
    r"|without probabilities":
        "sums and lengths of lists",
    r"already set on|is another name for|two ways to split|both define|are called|there is no parameter":
        "the same thing in two places",
    r"did you mean":
        "programs have keys of their own; the reader refuses those that are close to one of ours",
    r"needs|cannot|has no effect|goes with|is a list;|has \$\{program\}|its distribution is|learns from results"
    r"|gives its stages|nothing to search|contradicts|are a regression|no columns to name|two pruners":
        "keys that need or exclude others",
}


class Yaml12(yaml.SafeLoader):
    """Reads YAML as its version 1.2 does, as editors and hpsearch do: 1e-5 is a number, and yes is a text."""


Yaml12.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
         "-+0123456789."),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("merge", r"<<", "<")):
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))
Yaml12.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(
    node.value, 8 if node.value.startswith("0o") else 16 if node.value.startswith("0x") else 10))


def read(text):
    return yaml.load(text, Loader=Yaml12)


def schema():
    return json.loads(subprocess.run([PROGRAM, "schema"], check=True, capture_output=True, text=True).stdout)


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.validator = jsonschema.Draft7Validator(schema())

    def faults(self, data):
        return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                for error in self.validator.iter_errors(data)]

    def accepts(self, text):
        return not self.faults(read(text))

    def test_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(self.validator.schema)

    def test_accepts_every_sweep_file_of_the_project(self):
        files = [*(SOURCE / "configs").rglob("*.yaml"), *(SOURCE / "tests/runner/wandb").glob("*.yaml")]
        self.assertGreater(len(files), 30)
        for path in files:
            self.assertEqual(self.faults(read(path.read_text())), [], path)

    def test_accepts_what_init_and_check_write(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([PROGRAM, "init", "a.yaml"], cwd=folder, check=True, capture_output=True)
            table = SOURCE / "configs/data/breast-cancer/breast-cancer.csv"
            subprocess.run([PROGRAM, "init", "b.yaml", "--data", table], cwd=folder, check=True, capture_output=True)
            for name in ("a.yaml", "b.yaml"):
                text = (pathlib.Path(folder) / name).read_text()
                self.assertEqual(self.faults(read(text)), [])
                full = subprocess.run([PROGRAM, "check", name, "--resolved"], cwd=folder, check=True,
                                      capture_output=True, text=True).stdout
                self.assertEqual(self.faults(read(full)), [])

    def test_knows_words_ranges_and_names(self):
        data = "dataset: {source: digits}\n"
        self.assertTrue(self.accepts(data + "method: bayes"))
        self.assertFalse(self.accepts(data + "method: baye"))
        self.assertFalse(self.accepts("method: bayes"))
        self.assertTrue(self.accepts(data + "training: {epochs: 1e3, learning_rate: 1e-5}"))
        self.assertFalse(self.accepts(data + "training: {epochs: 0}"))
        self.assertFalse(self.accepts(data + "training: {learning_rate: 0}"))
        self.assertFalse(self.accepts(data + "training: {hidden: [3]}"))
        self.assertTrue(self.accepts(data + "parameters: {hidden2: {min: 1, max: 9}}"))
        self.assertFalse(self.accepts(data + "parameters: {hidden0: {min: 1, max: 9}}"))
        self.assertFalse(self.accepts(data + "parameters: {leraning_rate: {min: 1, max: 9}}"))
        self.assertFalse(self.accepts(data + "early_terminate: {type: asha, brackets: 3}"))
        # Programs have any parameters.
        self.assertTrue(self.accepts("program: a\nparameters: {leraning_rate: {min: 1, max: 9}}"))
        self.assertFalse(self.accepts("program: a\nparameters: {x: {min: 1, maks: 9}}"))

    def test_agrees_with_the_reader(self):
        with tempfile.TemporaryDirectory() as folder:
            tests = subprocess.run([TEST_RUNNER, f"--gtest_filter={SUITES}"], capture_output=True, text=True,
                                   cwd=folder, env={"HPSEARCH_KEEP_TEXTS": folder, "PATH": "/usr/bin:/bin"})
            self.assertEqual(tests.returncode, 0, tests.stdout[-2000:])
            needed = set()
            accepted = refused = 0
            for path in sorted(pathlib.Path(folder).glob("*.yaml")):
                said = path.with_suffix(".txt").read_text(errors="replace")
                messages = re.findall(r"^s\.yaml:\d+:\d+: error: (.*)", said, re.M)
                try:
                    data = read(path.read_text())
                except (yaml.YAMLError, ValueError, UnicodeDecodeError):
                    self.assertNotEqual(said, "", path.read_bytes())  # nothing that a schema would see
                    continue
                faults = self.faults(data)
                if re.search(r"\d_\d", path.read_text()):
                    continue  # 1_000 is a number in W&B's files, and a text for editors
                if said == "":
                    accepted += 1
                    self.assertEqual(faults, [], f"the reader accepts:\n{path.read_text()}")
                    continue
                refused += 1
                if faults:
                    continue
                for message in messages:
                    reason = next((part for part in BEYOND if re.search(part, message)), None)
                    self.assertIsNotNone(reason, f"the schema accepts:\n{path.read_text()}\n{said}")
                    needed.add(reason)
            print(f"schema: {accepted} texts are accepted and {refused} refused")
            self.assertGreater(accepted, 30)
            self.assertGreater(refused, 100)
            self.assertEqual(set(BEYOND) - needed, set(), "no text needs these")


if __name__ == "__main__":
    unittest.main()
