#!/usr/bin/env python3
"""The stand-in for wandb, under scripts as users of W&B write them: what must be reported, and nothing else.

Each script runs in a process and a folder of its own, with the stand-in first on PYTHONPATH.
"""

import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

sys.dont_write_bytecode = True
STAND_IN = pathlib.Path(__file__).resolve().parents[3] / "runner" / "external"
NOTICE = "wandb: this is hpsearch's stand-in; nothing is sent anywhere\n"


def step(number, **values):
    return {"_hpsearch": "wandb", "_step": number, **values}


def summary(**values):
    return {"_hpsearch": "wandb", "_summary": True, **values}


class Scripts(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def run_script(self, text, *arguments, params=None, path=(), fails=False, **environment):
        """Runs the script; self.lines is its stdout, self.err its stderr."""
        script = self.folder / "train.py"
        script.write_text(textwrap.dedent(text))
        names = ("HPSEARCH_", "WANDB_", "PYTHON")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(names)}
        clean.update(PYTHONPATH=os.pathsep.join(map(str, (STAND_IN, *path))), PYTHONDONTWRITEBYTECODE="1")
        if params is not None:
            clean["HPSEARCH_PARAMS"] = json.dumps(params)
        done = subprocess.run([sys.executable, str(script), *arguments], cwd=str(self.folder),
                              env={**clean, **environment}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.lines = done.stdout.decode().splitlines()
        self.err = done.stderr.decode()
        self.assertEqual(done.returncode != 0, fails, self.err)

    def reports(self):
        for line in self.lines:
            self.assertTrue(line.startswith('{"_hpsearch": "wandb", '), line)
        return [json.loads(line) for line in self.lines]

    def make_file(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        return file


class Users(Scripts):
    """The three usual forms of a script."""

    def test_argparse_and_a_loop(self):
        self.run_script("""\
            import argparse
            import wandb

            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            parser.add_argument("--epochs", type=int, default=2)
            parser.add_argument("--optimizer", default="adam")
            args = parser.parse_args()

            wandb.init(project="demo", config=args, tags=["baseline"], save_code=True)
            weight = 1.0
            for epoch in range(args.epochs):
                weight -= args.lr * weight
                wandb.log({"epoch": epoch, "train/loss": weight ** 2, "lr": wandb.config.lr, "note": "a text"})
            wandb.finish()
            """, "--lr=0.5", "--epochs=3", params={"lr": 0.5, "epochs": 3})
        self.assertEqual(self.reports(), [
            step(0, epoch=0, **{"train/loss": 0.25}, lr=0.5),
            step(1, epoch=1, **{"train/loss": 0.0625}, lr=0.5),
            step(2, epoch=2, **{"train/loss": 0.015625}, lr=0.5)])
        self.assertEqual(self.err, NOTICE)

    def test_config_alone_nested_and_a_summary(self):
        self.run_script("""\
            import wandb

            defaults = dict(layers=1, seed=3, optimizer={"name": "sgd", "momentum": 0.0})
            with wandb.init(config=defaults) as run:
                config = wandb.config
                best = 0
                for epoch in range(config["epochs"]):
                    accuracy = epoch / 4 + config.optimizer["momentum"] + config.seed
                    run.log({"val": {"accuracy": accuracy, "size": {"rows": 8}}, "done": epoch == 2})
                    best = max(best, accuracy)
                    wandb.run.summary["best_accuracy"] = best
                assert run.summary["val"]["accuracy"] == accuracy
                run.summary.update({"sizes": {"layers": config.layers}})
            assert wandb.run is None
            """, params={"epochs": 3, "layers": 2, "optimizer": {"name": "adam", "momentum": 0.5}})
        self.assertEqual(self.reports(), [
            step(0, **{"val.accuracy": 3.5, "val.size.rows": 8}, done=0),
            step(1, **{"val.accuracy": 3.75, "val.size.rows": 8}, done=0),
            step(2, **{"val.accuracy": 4.0, "val.size.rows": 8}, done=1),
            summary(best_accuracy=4.0, **{"sizes.layers": 2})])

    def test_an_agent_with_a_function(self):
        self.run_script("""\
            import wandb

            def train():
                run = wandb.init()
                for _ in range(2):
                    wandb.log({"loss": wandb.config.x ** 2})
                assert run.sweep_id == "s7"

            sweep_id = wandb.sweep({"method": "random", "parameters": {"x": {"min": 0, "max": 1}}}, project="demo")
            assert sweep_id == "s7"
            wandb.agent(sweep_id, function=train, count=20)
            wandb.agent(sweep_id, train)
            assert wandb.run is None
            """, params={"x": 3}, HPSEARCH_SWEEP="s7")
        self.assertEqual(self.reports(), [step(0, loss=9), step(1, loss=9)])

    def test_an_error_in_the_function_fails_the_trial_and_loses_no_report(self):
        self.run_script("""\
            import wandb
            def train():
                wandb.init()
                wandb.log({"loss": 1}, step=5)
                raise ValueError("diverged")
            wandb.agent("s", train)
            """, fails=True)
        self.assertEqual(self.reports(), [step(5, loss=1)])
        self.assertIn("ValueError: diverged", self.err)


class Steps(Scripts):
    def test_a_step_ends_as_with_wandb(self):
        self.run_script("""\
            import wandb
            wandb.init()
            wandb.log({"a": 1}, commit=False)
            wandb.log({"b": 2}, commit=False)
            wandb.log({"a": 3})                      # ends step 0
            wandb.log({"name": "no number"})         # step 1 has nothing to report
            wandb.log({"a": 4}, step=2)
            wandb.log({"b": 5}, step=2)
            wandb.log({"a": 6}, step=1)              # too late
            wandb.log({"a": 7}, step=10)             # ends step 2
            wandb.log({"b": 8}, step=10, commit=True)
            wandb.log({"a": 9}, step=11)             # ends with the process
            """)
        self.assertEqual(self.reports(),
                         [step(0, a=3, b=2), step(2, a=4, b=5), step(10, a=7, b=8), step(11, a=9)])
        self.assertIn("wandb: log() to step 1 has no effect: it is before the current step 2\n", self.err)

    def test_finished_steps_are_out_when_the_process_is_killed(self):
        self.run_script("""\
            import os, signal, wandb
            wandb.init()
            print("begun")
            wandb.log({"a": 1})
            wandb.log({"a": 2}, step=1)
            wandb.log({"a": 3}, step=2)
            os.kill(os.getpid(), signal.SIGKILL)
            """, fails=True)
        self.assertEqual(self.lines[0], "begun")
        self.lines.pop(0)
        self.assertEqual(self.reports(), [step(0, a=1), step(1, a=2)])

    def test_forks_report_once(self):
        self.run_script("""\
            import multiprocessing, os, sys, wandb

            def work(number):
                return number + 1

            wandb.init()
            wandb.log({"a": 1}, commit=False)
            wandb.run.summary["b"] = 2
            with multiprocessing.get_context("fork").Pool(2) as pool:
                assert pool.map(work, range(4)) == [1, 2, 3, 4]
            child = os.fork()
            if child == 0:
                sys.exit()          # runs what is registered for the exit
            os.waitpid(child, 0)
            """)
        self.assertEqual(self.reports(), [step(0, a=1), summary(b=2)])

    def test_a_second_run_begins_anew(self):
        self.run_script("""\
            import wandb
            for fold in range(2):
                run = wandb.init(reinit=True)
                assert wandb.init() is run
                wandb.log({"fold": fold})
                wandb.log({"fold": fold}, commit=False)
            """)
        self.assertEqual(self.reports(), [step(0, fold=0), step(1, fold=0), step(0, fold=1), step(1, fold=1)])

    def test_reports_pass_a_replaced_stdout(self):
        self.run_script("""\
            import contextlib, io, sys, wandb
            wandb.init()
            with contextlib.redirect_stdout(io.StringIO()):
                print("hidden")
                wandb.log({"a": 1})
            sys.stdout = None
            wandb.log({"a": 2})
            """)
        self.assertEqual(self.reports(), [step(0, a=1), step(1, a=2)])


class Numbers(Scripts):
    def test_every_kind_of_number_and_nothing_else(self):
        self.run_script("""\
            import fractions, wandb

            class Scalar:                     # NumPy, PyTorch
                def item(self):
                    return 0.5

            class Eager:                      # TensorFlow
                def numpy(self):
                    return Scalar()

            class Array:
                def item(self):
                    raise ValueError("more than one")

            wandb.init()
            wandb.log({"int": 3, "float": 1e-5, "yes": True, "half": fractions.Fraction(1, 2), "scalar": Scalar(),
                       "eager": Eager(), "nan": float("nan"), "inf": float("-inf"), "a name, with/marks": 1,
                       "none": None, "text": "1", "complex": 1j, "list": [1], "array": Array(), "_step": 9,
                       "_hpsearch": 9, "image": wandb.Image("x"), "images": [wandb.Image("y")],
                       "table": wandb.Table(columns=["a"]), "chart": wandb.plot.bar(1, "a", "b")})
            """)
        report, = self.reports()
        self.assertTrue(math.isnan(report.pop("nan")))
        self.assertEqual(report, step(0, int=3, float=1e-5, yes=1, half=0.5, scalar=0.5, eager=0.5, inf=-math.inf,
                                      **{"a name, with/marks": 1}))
        kept = "wandb: hpsearch's stand-in keeps nothing of wandb.{}; it reports the numbers of wandb.log()\n"
        self.assertEqual(self.err, NOTICE + "".join(map(kept.format, ("Image", "Table", "plot"))))

    def test_numpy(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("NumPy is not installed")
        self.run_script("""\
            import numpy as np, wandb
            wandb.init()
            wandb.log({"f": np.float32(0.5), "d": np.float64(0.25), "i": np.int64(3), "b": np.bool_(True),
                       "zero": np.array(2.0), "one": np.array([4]), "two": np.array([1, 2])})
            """)
        self.assertEqual(self.reports(), [step(0, f=0.5, d=0.25, i=3, b=1, zero=2.0, one=4)])


class Parameters(Scripts):
    def test_the_config_is_a_dict_with_attributes(self):
        self.run_script("""\
            import argparse, copy, pickle, wandb
            wandb.init(config=argparse.Namespace(lr=0.1, momentum=0.9, width=8))
            c = wandb.config
            everything = {"lr": 0.5, "momentum": 0.9, "width": 8, "keys": [1, 2]}
            assert dict(c) == vars(c) == c.as_dict() == dict(c.items()) == {**c} == everything
            assert c.lr == c["lr"] == c.get("lr") == 0.5 and c.get("depth", 3) == 3 and "depth" not in c
            assert sorted(c.keys()) == sorted(c) == sorted(everything) and not hasattr(c, "depth")
            assert copy.deepcopy(c) == pickle.loads(pickle.dumps(c)) == everything
            c.lr = 2                                        # the sweep's value stays
            c["depth"] = 4
            c.update({"lr": 3, "width": 16}, allow_val_change=True)
            c.setdefaults({"depth": 5, "bias": True})
            assert (c.lr, c.depth, c.width, c.bias) == (0.5, 4, 16, True)
            try:
                c.width = 32
            except wandb.Error as error:
                assert 'Attempted to change value of key "width" from 16 to 32' in str(error)
            else:
                raise AssertionError("changed")
            """, params={"lr": 0.5, "keys": [1, 2]})
        self.assertEqual(self.err, NOTICE + "wandb: config item 'lr' keeps the sweep's value 0.5\n")

    def test_the_file_of_wandb_in_json_or_yaml(self):
        check = """\
            import wandb
            wandb.init(config={'b': 0, 'c': 2})
            assert dict(wandb.config) == {'a': 0.5, 'b': {'x': 1}, 'c': 2}
            """
        file = self.make_file("config-1.yaml", '{"wandb_version": 1, "a": {"value": 0.5}, "b": {"value": {"x": 1}}}')
        self.run_script(check, WANDB_SWEEP_PARAM_PATH=str(file))
        try:
            import yaml  # noqa: F401
        except ImportError:
            self.skipTest("PyYAML is not installed")
        file = self.make_file("config-2.yaml", "wandb_version: 1\n\na:\n  value: 0.5\nb:\n  value:\n    x: 1\n")
        self.run_script(check, WANDB_SWEEP_PARAM_PATH=str(file))

    def test_the_run_knows_its_names(self):
        self.run_script("""\
            import os, wandb
            run = wandb.init(name="mine", project="p", entity="e", group="g")
            assert (run.id, run.name, run.project, run.entity, run.group) == ("trial-12", "mine", "p", "e", "g")
            assert os.path.isdir(run.dir) and run.url is None and wandb.run is run
            run.finish()
            os.environ.update(WANDB_RUN_ID="r", WANDB_PROJECT="of the sweep")
            assert wandb.init(project="p").project == "of the sweep" and wandb.run.id == wandb.run.name == "r"
            """, HPSEARCH_TRIAL="12")


class RealPackage(Scripts):
    """Which wandb a script gets."""

    WHICH = "import wandb, wandb.errors; print(getattr(wandb, 'real', 'stand-in')); from wandb import keras"

    def make_real(self, folder):
        self.make_file(f"{folder}/wandb/__init__.py", "real = 'real'\nfrom . import inner\n")
        self.make_file(f"{folder}/wandb/inner.py", "import wandb.errors\nassert wandb.real\n")
        self.make_file(f"{folder}/wandb/errors.py", "")
        self.make_file(f"{folder}/wandb/keras.py", "")
        return self.folder / folder

    def test_the_real_one_is_loaded_in_its_place(self):
        self.run_script(self.WHICH, path=[self.make_real("site")])
        self.assertEqual((self.lines, self.err), (["real"], ""))

    def test_unless_the_sweep_asks_for_the_stand_in(self):
        self.run_script(self.WHICH, path=[self.make_real("site")], fails=True, HPSEARCH_WANDB="stand-in")
        self.assertEqual(self.lines, ["stand-in"])

    def test_a_folder_of_earlier_runs_is_none(self):
        self.make_file("wandb/run-20240101_000000-abc/files/config.yaml", "")
        self.run_script("import wandb; wandb.init(); wandb.log({'a': 1})")
        self.assertEqual(self.reports(), [step(0, a=1)])

    def test_a_folder_of_earlier_runs_does_not_hide_the_real_one(self):
        self.make_file("wandb/run-20240101_000000-abc/files/config.yaml", "")
        self.run_script(self.WHICH, path=[self.make_real("site")])
        self.assertEqual(self.lines, ["real"])

    def test_the_stand_in_of_an_outer_hpsearch_is_none(self):
        outer = self.make_file("outer/wandb/__init__.py", "")
        outer.write_bytes((STAND_IN / "wandb" / "__init__.py").read_bytes())
        self.run_script("import wandb; wandb.init(); wandb.log({'a': 1})", path=[self.folder / "outer"])
        self.assertEqual(self.reports(), [step(0, a=1)])
        self.assertEqual(self.err, NOTICE)

    def test_an_error_of_the_real_one_is_shown(self):
        self.make_file("site/wandb/__init__.py", "import no_such_module")
        self.run_script("import wandb", path=[self.folder / "site"], fails=True)
        self.assertIn("No module named 'no_such_module'", self.err)


class Limits(Scripts):
    """What the stand-in is silent about, refuses, or only takes."""

    def test_silence_and_disabled_runs(self):
        log = "import wandb; wandb.init({}); wandb.log({{'a': 1}}); wandb.summary['b'] = 2; assert wandb.config.x == 1"
        self.run_script(log.format(""), params={"x": 1}, WANDB_SILENT="true")
        self.assertEqual((self.reports(), self.err), ([step(0, a=1), summary(b=2)], ""))
        self.run_script(log.format(""), params={"x": 1}, WANDB_MODE="offline")
        self.assertEqual(self.reports(), [step(0, a=1), summary(b=2)])
        for mode in ('mode="disabled"', 'settings=wandb.Settings(mode="disabled")', 'settings={"mode": "disabled"}'):
            self.run_script(log.format(mode), params={"x": 1})
            self.assertEqual(self.lines, [])
        self.run_script(log.format(""), params={"x": 1}, WANDB_MODE="disabled")
        self.assertEqual(self.lines, [])

    def test_parts_that_it_has_not(self):
        advice = ("hpsearch's stand-in has no wandb.{}. Report numbers with wandb.log(); or install the real wandb, "
                  "which is then used, and print the sweep's metric for hpsearch, such as loss=0.25.")
        for statement, error, part in (("from wandb.keras import WandbCallback", "ModuleNotFoundError", "keras"),
                                       ("import wandb.integration.sb3", "ModuleNotFoundError", "integration"),
                                       ("from wandb import Sandbox", "ModuleNotFoundError", "Sandbox"),
                                       ("from wandb.sdk.lib import telemetry", "ModuleNotFoundError", "sdk.lib"),
                                       ("from wandb.plot import map", "ModuleNotFoundError", "plot.map"),
                                       ("import wandb; wandb.plot.map()", "AttributeError", "plot.map"),
                                       ("import wandb; wandb.controller()", "AttributeError", "controller"),
                                       ("import wandb; wandb.init().fly()", "AttributeError", "run.fly")):
            self.run_script(statement, fails=True)
            self.assertEqual(self.err.splitlines()[-1], f"{error}: {advice.format(part)}")
        self.run_script("import wandb; wandb.Api()", fails=True)
        self.assertIn("CommError: hpsearch's stand-in for wandb has no server", self.err)

    def test_calls_before_init(self):
        for call in ("wandb.log({})", "wandb.config.lr", "wandb.config['lr']", "wandb.summary['a'] = 1",
                     "wandb.save('x')"):
            self.run_script(f"import wandb; {call}", fails=True)
            self.assertIn("Error: You must call wandb.init() before", self.err)

    def test_a_log_after_the_end(self):
        self.run_script("import wandb; run = wandb.init(); run.finish(); run.log({'a': 1})", fails=True)
        self.assertIn("UsageError: Run", self.err)

    def test_what_has_no_effect_says_so_once(self):
        self.run_script("""\
            import os, wandb
            from wandb.errors import CommError, UsageError
            from wandb.plot import confusion_matrix
            from wandb.sdk.wandb_run import Run
            import wandb.util
            def train(run: wandb.sdk.wandb_run.Run, settings: wandb.sdk.wandb_settings.Settings):
                pass
            wandb.login(key="k")
            wandb.init("entity", "project", id=wandb.util.generate_id(), dir="runs",
                       settings=wandb.Settings(start_method="fork"), sync_tensorboard=True)
            assert isinstance(wandb.run, Run) and wandb.run.path == "entity/project/" + wandb.run.id
            assert wandb.run.dir.startswith("runs") and os.path.isdir(wandb.run.dir)
            wandb.define_metric("loss", summary="min", step_metric="epoch")
            for _ in range(2):
                wandb.watch(object(), log="all")
                wandb.save("model.h5")
                wandb.alert(title="t", text="t", level=wandb.AlertLevel.WARN)
                artifact = wandb.Artifact("model", type="model", metadata={"a": 1})
                artifact.add_file("model.h5")
                with artifact.new_file("note.txt") as file:
                    file.write("a note")
                wandb.log_artifact(artifact, aliases=["latest"]).wait()
                table = wandb.Table(columns=["id", "image"])
                table.add_data(1, wandb.Image(None, caption="c"))
                wandb.log({"matrix": confusion_matrix(y_true=[0], preds=[0])})
            try:
                wandb.use_artifact("data:latest").download()
            except CommError as error:
                assert "no files to download" in str(error)
            wandb.unwatch()
            wandb.finish(quiet=True)
            """)
        self.assertEqual(self.lines, [])
        said = [line.split("stand-in ")[1] for line in self.err.splitlines()[1:]]
        nothing = "keeps nothing of wandb.{}; it reports the numbers of wandb.log()"
        self.assertEqual(said, [
            "does not read TensorBoard's files; report with wandb.log()",
            "records no gradients; wandb.watch() has no effect",
            "uploads no files; those of wandb.save() stay where they are",
            "sends no alerts",
            *map(nothing.format, ("Artifact", "Table", "Image", "plot"))])


if __name__ == "__main__":
    unittest.main()
