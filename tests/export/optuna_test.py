#!/usr/bin/env python3
"""hpsearch export --format optuna: what Optuna finds in the file, and that it can continue the study.

The truth is the database itself, read by sqlite3. Usage: optuna_test.py PROGRAM; ends with 77 where
Optuna is not installed.
"""

import json
import math
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
try:
    import optuna
except ImportError:
    print("skipped: python3-optuna is not installed")
    sys.exit(77)
optuna.logging.set_verbosity(optuna.logging.WARNING)

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()

SWEEP = """\
name: "to ../Optuna/"
method: {method}
metric: {{name: {metric}}}
seed: 2
run_cap: 16
dataset: {{source: digits}}
training: {{epochs: 6, batch_size: 32}}
parameters:
  learning_rate: {{min: 1e-3, max: 1e+12, scale: log}}
  l2: {{min: 0.0, max: 0.01}}
  dropout: {{values: [[0.1, 0.2], [0, 0]]}}
  hidden1: {{min: 16, max: 64, scale: log}}
  hidden2: {{distribution: q_uniform, min: 5, max: 33, q: 4}}
  batch_norm: {{values: [true, false]}}
  optimizer: {{values: [sgd, adam]}}
  momentum: {{value: 0.9}}
"""


def objective(trial):
    """An objective over the sweep's parameters, as an Optuna user would write it."""
    rate = trial.suggest_float("learning_rate", 1e-3, 1e12, log=True)
    trial.suggest_float("l2", 0.0, 0.01)
    trial.suggest_categorical("dropout", ["[0.1, 0.2]", "[0.0, 0.0]"])
    trial.suggest_int("hidden1", 16, 64, log=True)
    trial.suggest_int("hidden2", 8, 32, step=4)
    trial.suggest_categorical("batch_norm", [True, False])
    trial.suggest_categorical("optimizer", ["sgd", "adam"])
    trial.suggest_categorical("momentum", [0.9])
    trial.report(0.5, 1)
    worse = abs(math.log10(rate) + 1)  # than the sweep's trials
    return 0.1 / (1 + worse) if trial.study.direction.name == "MAXIMIZE" else 10 + worse


class Folder(tempfile.TemporaryDirectory):
    """A finished sweep and its export."""

    def __init__(self, method, *enqueued):
        super().__init__()
        self.path = pathlib.Path(self.name)
        metric = "val_loss" if method == "random" else "val_accuracy"
        self.yaml = SWEEP.format(method=method, metric=metric)
        self.metric = metric
        (self.path / "sweep.yaml").write_text(self.yaml)
        self.call("run", "sweep.yaml", "--quiet")
        for assignments in enqueued:
            self.call("enqueue", *assignments)
        self.db = sqlite3.connect(self.path / "hpsearch.db")
        self.db.row_factory = sqlite3.Row
        said = self.call("export", "--format", "optuna").stderr
        assert said == "wrote to-..-Optuna.optuna.db\n", said
        self.storage = f"sqlite:///{self.path}/to-..-Optuna.optuna.db"
        self.study = optuna.load_study(study_name="to ../Optuna/", storage=self.storage)

    def call(self, *arguments):
        result = subprocess.run([PROGRAM, *arguments], cwd=self.path, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result

    def rows(self, sql, *values):
        return self.db.execute(sql, values).fetchall()

    def trials(self):
        """Pairs our row of each trial with Optuna's."""
        rows = self.rows("SELECT * FROM trials ORDER BY number")
        assert len(rows) == len(self.study.trials)
        return zip(rows, self.study.trials)


def flat(value):
    return json.dumps(value) if isinstance(value, list) else value


class OptunaExport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.random = Folder(
            "random",
            ["learning_rate=2e+12", "l2=0.001", "hidden2=12"],
            ["learning_rate=0.1", "dropout=[0, 0]"],
        )
        cls.stages = Folder("coarse_to_fine")

    @classmethod
    def tearDownClass(cls):
        cls.random.db.close()
        cls.stages.db.close()
        cls.random.cleanup()
        cls.stages.cleanup()

    def test_states_follow_those_of_the_sweep(self):
        names = {"complete": "COMPLETE", "diverged": "FAIL", "queued": "WAITING"}
        seen = set()
        for row, trial in self.random.trials():
            self.assertEqual(trial.state.name, names[row["state"]])
            self.assertEqual(trial.user_attrs["state"], row["state"])
            seen.add(row["state"])
        self.assertEqual(seen, set(names))

    def test_trials_of_earlier_stages_are_pruned(self):
        stages = set()
        for row, trial in self.stages.trials():
            if row["state"] == "complete":
                expected = "COMPLETE" if row["stage"] == 2 else "PRUNED"
                self.assertEqual(trial.state.name, expected)
                stages.add(row["stage"])
            self.assertEqual(trial.user_attrs["stage"], row["stage"])
        self.assertEqual(stages, {0, 1, 2})
        self.assertIn("PRUNED", self.stages.study.user_attrs["note"])

    def test_values_and_the_best_trial_are_the_same(self):
        for folder in [self.random, self.stages]:
            goal = "MINIMIZE" if folder.metric == "val_loss" else "MAXIMIZE"
            self.assertEqual(folder.study.direction.name, goal)
            for row, trial in folder.trials():
                self.assertEqual(trial.value, row["value"])
            (best,) = folder.rows("SELECT * FROM best_trials")
            self.assertEqual(folder.study.best_trial.user_attrs["trial"], best["trial"])
            self.assertEqual(folder.study.best_value, best["value"])
            (test,) = folder.rows("SELECT value FROM metrics WHERE name = 'test_accuracy'")
            self.assertEqual(folder.study.best_trial.user_attrs["test_accuracy"], test["value"])

    def test_parameters_are_the_same_and_lie_in_their_distributions(self):
        for folder in [self.random, self.stages]:
            for row, trial in folder.trials():
                params = json.loads(row["params_json"])
                if trial.state.name == "WAITING":
                    fixed = trial.system_attrs["fixed_params"]
                    self.assertEqual(fixed, {name: flat(value) for name, value in params.items()})
                    continue
                self.assertEqual(set(trial.params), set(params))
                for name, value in params.items():
                    self.assertEqual(trial.params[name], flat(value), name)
                    self.assertIs(type(trial.params[name]), type(flat(value)), name)
                    distribution = trial.distributions[name]
                    self.assertTrue(distribution._contains(distribution.to_internal_repr(flat(value))))

    def test_ranges_are_the_written_ones_as_far_as_no_trial_lies_outside(self):
        d = self.stages.study.trials[0].distributions
        self.assertEqual(d["learning_rate"], optuna.distributions.FloatDistribution(1e-3, 1e12, log=True))
        self.assertEqual(d["l2"], optuna.distributions.FloatDistribution(0, 0.01))
        self.assertEqual(d["hidden1"], optuna.distributions.IntDistribution(16, 64, log=True))
        self.assertEqual(d["hidden2"], optuna.distributions.IntDistribution(8, 32, step=4))
        self.assertEqual(
            d["dropout"], optuna.distributions.CategoricalDistribution(["[0.1, 0.2]", "[0.0, 0.0]"])
        )
        self.assertEqual(d["momentum"], optuna.distributions.CategoricalDistribution([0.9]))
        outside = self.random.study.trials[0].distributions["learning_rate"]
        self.assertEqual(outside.high, 2e12)  # from a waiting trial

    def test_epochs_are_intermediate_values(self):
        undefined = 0
        for folder in [self.random, self.stages]:
            for row, trial in folder.trials():
                if trial.state.name == "WAITING":
                    continue
                epochs = folder.rows(
                    f"SELECT epoch, {folder.metric} AS value FROM epochs WHERE trial_id = ?",
                    row["trial_id"],
                )
                self.assertEqual(len(trial.intermediate_values), len(epochs))
                for epoch in epochs:
                    value = trial.intermediate_values[epoch["epoch"]]
                    undefined += math.isnan(value)
                    expected = math.nan if epoch["value"] is None else epoch["value"]
                    self.assertTrue(value == expected or math.isnan(value) and math.isnan(expected))
        self.assertGreater(undefined, 0, "no trial diverged before its first evaluation")

    def test_attributes_say_where_a_trial_comes_from(self):
        for row, trial in self.stages.trials():
            for name in ["seed", "origin", "parent", "best_epoch", "epochs_done", "seconds"]:
                self.assertEqual(trial.user_attrs.get(name), row[name], name)
            self.assertEqual(
                trial.datetime_complete.isoformat(timespec="milliseconds") + "Z", row["finished_at"]
            )
            self.assertEqual(
                trial.datetime_start.isoformat(timespec="milliseconds") + "Z", row["started_at"]
            )
        attributes = self.stages.study.user_attrs
        report = json.loads(self.stages.call("report", "--json").stdout)
        self.assertEqual(attributes["digest"], report["digest"])
        self.assertEqual(attributes["config_yaml"], self.stages.yaml)

    def test_all_of_it_can_be_copied(self):
        # Optuna validates each trial when it is added to another study.
        for folder in [self.random, self.stages]:
            copy = optuna.create_study(direction=folder.study.direction)
            copy.add_trials(folder.study.trials)
            self.assertEqual(len(copy.trials), len(folder.study.trials))

    def test_the_search_goes_on(self):
        for method in ["random", "coarse_to_fine"]:
            with self.subTest(method):
                folder = Folder(method, ["learning_rate=0.25", "hidden1=20", "hidden2=16"])
                best = folder.study.best_trial.number
                known = len(folder.study.trials)
                study = optuna.load_study(
                    study_name="to ../Optuna/",
                    storage=folder.storage,
                    sampler=optuna.samplers.TPESampler(n_startup_trials=4, seed=1),
                )
                study.optimize(objective, n_trials=9)
                self.assertEqual([t.number for t in study.trials], list(range(known + 8)))
                asked = study.trials[known - 1]  # enqueued trials come first
                self.assertEqual(asked.state.name, "COMPLETE")
                self.assertEqual(asked.params["learning_rate"], 0.25)
                self.assertEqual(asked.params["hidden1"], 20)
                self.assertEqual(study.best_trial.number, best)
                folder.db.close()
                folder.cleanup()


if __name__ == "__main__":
    unittest.main()
