#!/usr/bin/env python3
"""The forms of answers, read by Python: JSON by json, CSV by csv, Markdown by its cells, SQL as the truth.

Usage: forms_test.py PROGRAM
"""

import csv
import io
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()

SWEEP = """\
name: {name}
seed: 3
run_cap: {cap}
dataset: {{source: digits}}
model: {{hidden: [16]}}
training: {{epochs: {epochs}, batch_size: 32}}
parameters:
  learning_rate: {{min: 1e-3, max: 0.3, scale: log}}
  l2: {{min: 1e-6, max: 1e-2, scale: log}}
"""

PROGRAM_SWEEP = """\
name: script
program: train.sh
command: [sh, train.sh, "${args}"]
metric: {name: loss, goal: minimize}
run_cap: 3
parameters:
  "a name, with | and \\"quotes\\"": {values: ["x,1", "y\\"2", "z|3"]}
method: grid
"""


class Forms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        (cls.folder / "sweep.yaml").write_text(SWEEP.format(name="small", cap=4, epochs=3))
        (cls.folder / "more.yaml").write_text(SWEEP.format(name="more", cap=2, epochs=2))
        cls.call("run", "more.yaml")
        cls.call("run", "sweep.yaml")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def call(cls, *arguments, code=0, folder=None):
        """What the program writes to stdout; its stderr is in cls.err."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HPSEARCH_")}
        result = subprocess.run([PROGRAM, *map(str, arguments)], cwd=folder or cls.folder, env=environment,
                                stdin=subprocess.DEVNULL, capture_output=True, check=False)
        cls.err = result.stderr.decode()
        assert result.returncode == code, f"{arguments}: {result.returncode}, {cls.err}"
        return result.stdout.decode()

    def json(self, *arguments, **options):
        text = self.call(*arguments, **options)
        self.assertTrue(text.endswith("}\n"), text)
        self.assertEqual(text.count("\n"), 1, "one object on a line")
        answer = json.loads(text, parse_constant=lambda name: self.fail(f"{name} is no JSON"))
        self.assertEqual(next(iter(answer)), "format")
        self.assertEqual(answer["format"], 1)
        return answer

    def csv(self, *arguments):
        text = self.call(*arguments)
        self.assertEqual(text.count("\n"), text.count("\r\n"), "RFC 4180 ends lines with CRLF")
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))

    def markdown(self, *arguments):
        lines = self.call(*arguments).splitlines()
        rows = [[cell.strip() for cell in line.strip("|").replace("\\|", "\0").split("|")] for line in lines]
        self.assertTrue(all(len(row) == len(rows[0]) for row in rows), lines)
        self.assertTrue(all(set(cell) <= set(":-") for cell in rows[1]), lines[1])
        return [dict(zip(rows[0], row)) for row in rows[2:]]

    def refused(self, *arguments, code=2):
        self.assertEqual(self.call(*arguments, code=code), "")
        return self.err

    def sql(self, text, folder=None):
        with sqlite3.connect((folder or self.folder) / "hpsearch.db") as database:
            return database.execute(text).fetchall()

    # --- JSON of every verb that answers ---

    def test_every_verb_that_answers_has_json_with_a_version_and_fields(self):
        for verb in (["list"], ["show"], ["show", "1"], ["report"], ["report", "--best"], ["report", "--advice"],
                     ["report", "--importance"], ["report", "--curves"], ["report", "--compare", "0", "1"],
                     ["report", "--where", "trial < 2"], ["run", "sweep.yaml"], ["check", "sweep.yaml"],
                     ["run", "--dry-run", "more.yaml"], ["retry"]):
            with self.subTest(verb=verb):
                whole = self.json(*verb, "--json")
                key = [key for key in whole if key != "format"][0]
                records = whole["sweeps"][0] if verb == ["list"] else whole
                name = next(iter(records)) if verb == ["list"] else key
                some = self.json(*verb, "--json", "--fields", name)
                if verb == ["list"]:
                    self.assertEqual(some, {"format": 1, "sweeps": [{name: s[name]} for s in whole["sweeps"]]})
                else:
                    self.assertEqual(some, {"format": 1, key: whole[key]})
                message = self.refused(*verb, "--json", "--fields", name + "x")
                self.assertIn(f"--fields: there is no field '{name}x'; did you mean '{name}'?; the fields are: ",
                              message)

    def test_fields_come_in_their_order_and_lead_into_objects_and_arrays(self):
        whole = self.json("report", "--json")
        some = self.json("report", "--json", "--fields", "digest, leaderboard.value,best.params.l2,leaderboard.trial")
        self.assertEqual(list(some), ["format", "digest", "leaderboard", "best"])
        self.assertEqual(some["leaderboard"], [{"value": r["value"], "trial": r["trial"]} for r in whole["leaderboard"]])
        self.assertEqual(some["best"], {"params": {"l2": whole["best"]["params"]["l2"]}})
        self.assertEqual(self.json("report", "--json", "--fields", "best.value,best")["best"], whole["best"])
        # What this sweep has not is null, not an error that a script would meet on some sweeps.
        self.assertIsNone(self.json("report", "--json", "--fields", "ensemble")["ensemble"])
        self.assertIn("'seed' has no fields of its own", self.refused("report", "--json", "--fields", "seed.x"))
        self.assertIn("did you mean 'value'?", self.refused("report", "--json", "--fields", "best.valu"))
        self.assertIn("--fields needs the names", self.refused("report", "--json", "--fields", " , "))
        self.assertIn("add --json", self.refused("report", "--best", "--fields", "best"))
        self.assertIn("add --json", self.refused("check", "sweep.yaml", "--fields", "valid"))
        self.assertIn("cannot be combined", self.refused("list", "--json", "--csv"))

    def test_check_tells_programs_what_it_tells_people(self):
        answer = self.json("check", "sweep.yaml", "--json")
        self.assertEqual((answer["file"], answer["valid"], answer["sweep"]), ("sweep.yaml", True, "small"))
        self.assertEqual(answer["run_cap"], 4)
        self.assertEqual(answer["epochs"], 12)
        self.assertEqual(set(answer["space"]), {"learning_rate", "l2"})
        data = answer["data"]
        self.assertEqual((data["rows"], data["features"]), (1797, 64))
        self.assertEqual(data["train"] + data["validation"] + data["test"], 1797)
        self.assertEqual(answer["model"]["parameters"], 64 * 16 + 16 + 16 * 10 + 10)
        self.assertGreater(answer["estimate"]["epoch_seconds"], 0)
        self.assertNotIn("sanity", answer)
        looks = self.json("check", "sweep.yaml", "--json", "--sanity", "--gradients")
        self.assertEqual([set(one) for one in looks["sanity"]], [{"passed", "fact", "advice"}] * 5)
        self.assertIn("2.303", looks["sanity"][1]["fact"])
        self.assertTrue(looks["gradients"]["passed"])
        self.assertEqual(len(looks["gradients"]["arrays"]), 4)
        resolved = self.json("check", "sweep.yaml", "--json", "--resolved")["resolved"]
        self.assertEqual(resolved, self.call("check", "sweep.yaml", "--resolved"))
        lines = self.call("check", "sweep.yaml", "more.yaml", "--json", "--fields", "sweep").splitlines()
        self.assertEqual([json.loads(line)["sweep"] for line in lines], ["small", "more"])

    def test_check_says_in_json_where_a_file_is_wrong(self):
        (self.folder / "bad.yaml").write_text("name: bad\nrun_cap: none\nmodle: {}\n")
        answer = self.json("check", "bad.yaml", "--json", code=2)
        self.assertIn("bad.yaml:2:10: error: ", self.err)
        self.assertIs(answer["valid"], False)
        self.assertIn((2, 10), [(e["line"], e["column"]) for e in answer["errors"]])
        self.assertIn((3, 1), [(e["line"], e["column"]) for e in answer["errors"]])
        for error in answer["errors"]:
            self.assertIn(error["message"], self.err)
        short = self.json("check", "bad.yaml", "--json", "--fields", "valid,sweep", code=2)
        self.assertEqual(short, {"format": 1, "valid": False, "sweep": None})
        (self.folder / "gone.yaml").write_text(SWEEP.format(name="gone", cap=1, epochs=1).replace("digits", "no.csv"))
        answer = self.json("check", "gone.yaml", "--json", code=2)
        self.assertIn("no.csv", answer["errors"][0]["message"])

    def test_queues_confirm_in_json(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "sweep.yaml").write_text(SWEEP.format(name="small", cap=2, epochs=1))
            self.call("run", "sweep.yaml", folder=folder)
            self.assertIn("no field 'trail'", self.refused_in(folder, "enqueue", "l2=0.001", "--json", "--fields",
                                                              "trials.trail"))
            self.assertEqual(self.trials(folder), 2, "what is refused changes nothing")
            answer = self.json("enqueue", "l2=0.001", "--json", "--fields", "sweep,run_cap,trials", folder=folder)
            self.assertEqual(answer["sweep"], "small")
            self.assertEqual(answer["run_cap"], 2)
            trial = answer["trials"][0]
            self.assertEqual((trial["trial"], trial["params"]["l2"], trial["sampled"]), (2, 0.001, ["learning_rate"]))
            stored = self.sql("SELECT params_json FROM trials WHERE number = 2", folder)
            self.assertEqual(json.loads(stored[0][0]), trial["params"])
            self.assertEqual(self.json("retry", "--json", folder=folder), {"format": 1, "sweep": "small", "queued": []})
            self.sql("UPDATE trials SET state = 'failed', value = NULL, score = NULL WHERE number = 1", folder)
            self.assertEqual(self.json("retry", "--json", folder=folder)["queued"], [1])
            self.assertEqual(self.sql("SELECT state FROM trials WHERE number = 1", folder), [("queued",)])

    def test_a_wrong_field_is_refused_before_an_hour_of_training(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "sweep.yaml").write_text(SWEEP.format(name="small", cap=2, epochs=1))
            message = self.refused_in(folder, "run", "sweep.yaml", "--json", "--fields", "bets.value")
            self.assertIn("there is no field 'bets'; did you mean 'best'?", message)
            self.assertFalse((folder / "hpsearch.db").exists())
            answer = self.json("run", "sweep.yaml", "--json", "--fields", "best.value,ensemble,trials.complete",
                               folder=folder)
            self.assertEqual(answer["trials"], {"complete": 2})
            self.assertEqual(answer["best"]["value"], self.sql("SELECT value FROM best_trials", folder)[0][0])

    def test_merge_and_shards_confirm_in_json(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "sweep.yaml").write_text(SWEEP.format(name="small", cap=4, epochs=1))
            for shard in "0", "1":
                self.call("run", "sweep.yaml", "--shard", shard + "/2", "--db", shard + ".db", folder=folder)
            self.assertEqual(json.loads(self.call("list", "--json", "--db", "1.db", folder=folder))["sweeps"][0]["shard"],
                             {"index": 1, "count": 2})
            self.assertEqual(self.call("list", "--csv", "--fields", "shard", "--db", "1.db", folder=folder),
                             "shard\r\n1/2\r\n")
            answer = self.json("merge", "all.db", "0.db", "1.db", "--json", folder=folder)
            self.assertEqual(answer["database"], "all.db")
            sweep = answer["sweeps"][0]
            self.assertEqual((sweep["done"], sweep["planned"]), (4, 4))
            self.assertEqual(sweep["taken"], [{"database": "0.db", "trials": 2}, {"database": "1.db", "trials": 2}])
            self.assertEqual(self.call("merge", "all.db", "0.db", folder=folder), "", "without --json only stderr")

    def test_stop_confirms_in_json(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "sweep.yaml").write_text(SWEEP.format(name="long", cap=100000, epochs=50))
            run = subprocess.Popen([PROGRAM, "run", "sweep.yaml", "--quiet"], cwd=folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
            try:
                while run.poll() is None and not self.trials(folder):
                    time.sleep(0.01)
                answer = self.json("stop", "--json", folder=folder)
                self.assertEqual((answer["sweep"], answer["state"], answer["stopped"]), ("long", "interrupted", [run.pid]))
                self.assertEqual(answer["planned"], 100000)
                self.assertEqual(run.wait(), 130)
            finally:
                run.kill()
                run.wait()

    def trials(self, folder):
        try:
            return self.sql("SELECT count(*) FROM trials", folder)[0][0]
        except sqlite3.OperationalError:
            return 0

    def test_eval_has_a_version(self):
        table = "a,b,y\n" + "".join(f"{i % 7},{i % 3},{'yes' if i % 7 > 3 else 'no'}\n" for i in range(120))
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "t.csv").write_text(table)
            (folder / "sweep.yaml").write_text(
                SWEEP.format(name="t", cap=2, epochs=3).replace("source: digits", "source: t.csv"))
            self.call("run", "sweep.yaml", folder=folder)
            answer = self.json("eval", "t.csv", "--json", folder=folder)
            self.assertEqual(answer["rows"], 120)
            some = self.json("eval", "t.csv", "--json", "--fields", "metrics.accuracy,rows", folder=folder)
            self.assertEqual(some, {"format": 1, "metrics": {"accuracy": answer["metrics"]["accuracy"]}, "rows": 120})
            self.assertIn("accuracy", self.call("eval", "t.csv", folder=folder))

    # --- Tables ---

    def test_list_show_and_report_are_csv(self):
        rows = self.csv("list", "--csv")
        self.assertEqual([row["sweep"] for row in rows], ["small", "more"])
        objects = self.json("list", "--json")["sweeps"]
        for row, one in zip(rows, objects):
            self.assertEqual(float(row["best"]), one["best"])
            self.assertEqual(int(row["planned"]), one["trials"]["planned"])
            self.assertEqual(float(row["active_seconds"]), one["active_seconds"])
            self.assertEqual(row["state"], one["state"])
        epochs = self.csv("show", "1", "--csv")
        stored = self.sql("SELECT epoch, train_loss, val_loss, val_accuracy FROM learning_curves WHERE sweep = 'small' "
                          "AND trial = 1 ORDER BY epoch")
        self.assertEqual([(int(e["epoch"]), float(e["train_loss"]), float(e["val_loss"]), float(e["val_accuracy"]))
                          for e in epochs], stored)
        events = self.csv("show", "--csv")
        self.assertEqual([e["kind"] for e in events],
                         [kind for kind, in self.sql("SELECT kind FROM events JOIN sweeps USING(sweep_id) "
                                                     "WHERE name = 'small' ORDER BY event_id")])
        trials = self.csv("report", "--csv", "--fields", "learning_rate,trial,value")
        self.assertEqual(list(trials[0]), ["learning_rate", "trial", "value"])
        self.assertEqual([(float(t["learning_rate"]), int(t["trial"]), float(t["value"])) for t in trials],
                         self.sql("SELECT learning_rate, trial, value FROM trials_small ORDER BY score, trial"))

    def test_list_show_and_report_are_markdown(self):
        rows = self.markdown("list", "--md")
        self.assertEqual([row["sweep"] for row in rows], ["small", "more"])
        self.assertEqual([row["done"] for row in rows], ["4", "2"])
        self.assertEqual([row["epoch"] for row in self.markdown("show", "1", "--md")], ["1", "2", "3"])
        self.assertEqual(len(self.markdown("show", "--md")), len(self.csv("show", "--csv")))
        self.assertEqual(list(self.markdown("report", "--md", "--fields", "trial,value")[0]), ["trial", "value"])

    def test_fields_alone_are_the_columns_of_a_table_for_people(self):
        lines = self.call("list", "--fields", "sweep,done").splitlines()
        self.assertEqual([line.split() for line in lines], [["sweep", "done"], ["small", "4"], ["more", "2"]])
        lines = self.call("report", "--fields", "trial,l2", "--top", "2").splitlines()
        self.assertEqual(lines[0].split(), ["trial", "l2"])
        self.assertEqual(len(lines), 3)
        lines = self.call("show", "0", "--fields", "epoch,val_loss").splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["epoch", "1", "2", "3"])
        message = self.refused("report", "--csv", "--fields", "leraning_rate")
        self.assertIn("--fields: there is no column 'leraning_rate'; did you mean 'learning_rate'?; the columns are: ",
                      message)
        self.assertIn("--html and --fields cannot be combined", self.refused("report", "--html", "x", "--fields", "a"))

    def test_names_and_values_with_every_kind_of_quote_come_through(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "train.sh").write_text('echo "some words"; echo loss=0.5\n')
            (folder / "sweep.yaml").write_text(PROGRAM_SWEEP)
            self.call("run", "sweep.yaml", folder=folder)
            text = self.call("report", "--csv", "--fields", 'trial', folder=folder)
            self.assertEqual(text, "trial\r\n0\r\n1\r\n2\r\n")
            rows = list(csv.DictReader(io.StringIO(self.call("report", "--csv", folder=folder), newline=""), strict=True))
            self.assertEqual([row['a name, with | and "quotes"'] for row in rows], ["x,1", 'y"2', "z|3"])
            log = self.json("show", "0", "--log", "--json", folder=folder)
            self.assertEqual((log["sweep"], log["trial"]), ("script", 0))
            self.assertIn("some words\n", log["log"])
            self.assertIn("--log is the text of a program", self.refused_in(folder, "show", "0", "--log", "--csv"))

    def refused_in(self, folder, *arguments):
        self.call(*arguments, code=2, folder=folder)
        return self.err

    def test_what_existed_before_keeps_its_bytes(self):
        """Plain text has no colours and no other form where it goes into a pipe."""
        for verb in (["list"], ["show"], ["show", "1"], ["report"], ["report", "--where", "trial < 9"]):
            plain = self.call(*verb)
            self.assertNotIn("\033", plain)
            self.assertEqual(self.call(*verb, "--color", "never", "--no-pager"), plain)
            painted = self.call(*verb, "--color", "always")
            self.assertIn("\033[", painted)
            for sequence in ("\033[0m", "\033[1;32m", "\033[32m", "\033[31m", "\033[33m", "\033[36m"):
                painted = painted.replace(sequence, "")
            self.assertEqual(painted, plain)
        for form in ("--csv", "--md", "--json"):
            self.assertNotIn("\033", self.call("report", form, "--color", "always"))
            self.assertNotIn("\033", self.call("list", form, "--color", "always"))


if __name__ == "__main__":
    unittest.main()
