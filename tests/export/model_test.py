#!/usr/bin/env python3
"""Exported models and hpsearch.py agree with `hpsearch predict`, for every task, preprocessing and data format.

ONNX files are checked by onnx, run by an evaluator in NumPy (onnx_numpy.py) and, where it is installed, by
onnxruntime-web under node. C files are compiled with warnings as errors. Snippets come from the READMEs.

Usage: model_test.py PROGRAM [--everything]; ends with 77 where NumPy or onnx is not installed.
onnxruntime-web is looked for in $ONNXRUNTIME_WEB, else in build/node_modules of the source tree:
    npm install --ignore-scripts --prefix build onnxruntime-web@1.30
"""

import contextlib
import csv
import ctypes
import io
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
try:
    import numpy
    import onnx
except ImportError:
    print("skipped: python3-numpy and python3-onnx are not installed")
    sys.exit(77)

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "reports/python")]
import hpsearch
import model_cases
import onnx_numpy

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
EVERYTHING = "--everything" in sys.argv
sys.argv = [each for each in sys.argv if each != "--everything"]
TOLERANCE = 1e-5  # of max(1, |y|)


def call(folder, *command, code=0):
    done = subprocess.run([PROGRAM, *command], cwd=folder, capture_output=True, text=True)
    if done.returncode != code:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout if code == 0 else done.stderr


def block(path, mark):
    """The Python of a README that has this text."""
    for text in re.findall(r"```python\n(.*?)```", (SOURCE / path).read_text(), re.S):
        if mark in text:
            return text
    raise AssertionError(f"{path} has no Python with {mark!r}")


NUMPY_SNIPPET = block("reports/README.md", 'numpy.load("best.npz")')
PYTHON_SNIPPET = block("reports/README.md", "import hpsearch")


def trained(folder, case):
    for name, content in case.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "sweep.yaml").write_text(case.yaml)
    call(folder, "run", "sweep.yaml")


class Truth:
    """What `hpsearch predict` says: the classes or None, and a matrix of probabilities or numbers."""

    def __init__(self, folder, case):
        text = call(folder, "predict", case.new, "--precision", "f32", "--probabilities")
        rows = list(csv.reader(io.StringIO(text)))
        self.classes = None
        if any(name.startswith("probability_") for name in rows[0]):
            self.classes = [row[0] for row in rows[1:]]
            rows = [row[1:] for row in rows]
        self.values = numpy.array(rows[1:], float)
        self.thresholds = None
        if self.values.shape[1] == 2 and self.classes is not None:
            self.thresholds = numpy.array([1 - case.threshold, case.threshold])
            second = self.values[:, 1] > case.threshold
            assert self.classes == [rows[0][int(each)].removeprefix("probability_") for each in second], "labels"
            # A threshold that decides nothing would prove nothing.
            assert case.threshold == 0.5 or any(second != (self.values[:, 1] > 0.5)), "labels are the probable ones"

    def compare(self, values, classes=None):
        values = numpy.asarray(values, float).reshape(self.values.shape)
        error = abs(values - self.values) / numpy.maximum(1, abs(self.values))
        assert error.max() <= TOLERANCE, f"differs by {error.max():.3g}, first in row {error.max(axis=1).argmax()}"
        if self.classes is not None and classes is not None:
            ordered = numpy.sort(self.values - (0 if self.thresholds is None else self.thresholds), axis=1)
            clear = ordered[:, -1] - ordered[:, -2] > 2 * TOLERANCE
            wrong = [i for i in numpy.flatnonzero(clear) if classes[i] != self.classes[i]]
            assert not wrong, f"other classes in rows {wrong}"
        return error.max()


def feeds_of(model, case):
    """Arrays by the names of the inputs that an ONNX file asks for."""
    feeds = {}
    for value in model.graph.input:
        kind = onnx_numpy.TYPES[value.type.tensor_type.elem_type]
        if case.inputs is None:
            feeds[value.name] = case.cells.astype(kind)
        else:
            column = [case.marker if row[value.name] is None else row[value.name] for row in case.inputs]
            if kind is numpy.object_:  # the level in upper case is the level, too
                column = [text.upper() if i % 2 and text.isascii() else text for i, text in enumerate(column)]
            feeds[value.name] = numpy.array(column, object if kind is numpy.object_ else float).reshape(-1, 1)
    return feeds


def runtime():
    for place in (os.environ.get("ONNXRUNTIME_WEB"), SOURCE / "build/node_modules/onnxruntime-web"):
        if place and pathlib.Path(place).is_dir() and shutil.which("node"):
            return str(pathlib.Path(place).resolve())
    return None


class Library:
    """An exported C file, compiled."""

    def __init__(self, folder):
        flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-O1", "-shared", "-fPIC"]
        subprocess.run(["cc", *flags, "-o", folder / "model.so", folder / "model.c", "-lm"], check=True)
        self.library = ctypes.CDLL(str(folder / "model.so"))
        self.columns = self.texts("predict_columns")
        self.outputs = self.texts("predict_outputs")

    def texts(self, name):
        return [text.decode() for text in iter_texts(ctypes.c_char_p.in_dll(self.library, name))]

    def predict(self, cells, outputs):
        array = (ctypes.c_char_p * len(cells))(*[None if cell is None else cell.encode() for cell in cells])
        result = (ctypes.c_double * outputs)()
        return self.library.predict(array, result), list(result)

    def predict_numbers(self, numbers, outputs):
        result = (ctypes.c_double * outputs)()
        return self.library.predict_numbers((ctypes.c_double * len(numbers))(*numbers), result), list(result)

    def best(self, values):
        self.library.predict_class.restype = ctypes.c_char_p
        return self.library.predict_class((ctypes.c_double * len(values))(*values)).decode()


def iter_texts(first):
    pointer = ctypes.cast(ctypes.pointer(first), ctypes.POINTER(ctypes.c_char_p))
    at = 0
    while pointer[at] is not None:
        yield pointer[at]
        at += 1


class ModelTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)

    def folder(self, name):
        folder = self.root / name
        folder.mkdir()
        return folder

    def test_every_form_agrees_with_predict(self):
        jobs = []
        for number, case in enumerate(model_cases.cases(EVERYTHING)):
            with self.subTest(case.name):
                folder = self.folder(f"{number}")
                trained(folder, case)
                truth = Truth(folder, case)
                self.check_python(folder, case, truth)
                self.check_npz(folder, case, truth)
                self.check_c(folder, case, truth)
                path, feeds = self.check_onnx(folder, case, truth)
                if path is not None:  # else it has failed already
                    jobs.append((case, truth, path, feeds))
        place = runtime()
        if place is None:
            print("onnxruntime-web is not installed: ONNX files ran in NumPy alone")
            return
        self.check_runtime(place, jobs)

    def check_python(self, folder, case, truth):
        model = hpsearch.Model(folder / "hpsearch.db.files/sweep1/best.safetensors")
        members = json.loads(model.metadata.get("members", "[0]"))
        self.assertGreaterEqual(len(members), case.networks)
        of = model.predict if truth.classes is None else model.probabilities
        with self.subTest("Python"):
            truth.compare(of(case.cells), None if truth.classes is None else model.predict(case.cells))
        with self.subTest("Python without NumPy"), without("numpy"), without("pandas"):
            rows = case.cells if isinstance(case.cells, list) else case.cells.tolist()
            truth.compare(of(rows))
        if case.inputs is not None and hpsearch.pandas is not None:
            with self.subTest("pandas"):
                frame = hpsearch.pandas.DataFrame(case.cells)
                truth.compare(of(frame))

    def check_npz(self, folder, case, truth):
        with self.subTest("npz"):
            call(folder, "export", "--format", "npz", "--out", "best.npz")
            space = {}
            with working_in(folder):
                exec(NUMPY_SNIPPET, space)
            rows = case.cells if case.inputs is None else case.inputs
            values = space["predict"](rows)
            m = space["m"]
            best = values[:, 1] > m["threshold"] if "threshold" in m else values.argmax(axis=1)
            truth.compare(values, [str(m["outputs"][int(i)]) for i in best])

    def check_c(self, folder, case, truth):
        with self.subTest("C"):
            call(folder, "export", "--format", "c", "--out", "model.c")
            model = Library(folder)
            width = truth.values.shape[1]
            if case.inputs is None:
                numbers = [model.predict_numbers(row.tolist(), width) for row in case.cells]
                self.assertEqual({code for code, _ in numbers}, {0})
                truth.compare([values for _, values in numbers])
                rows = [[model_cases.text_of(x) for x in row] for row in case.cells]
            else:
                rows = [[row[column] for column in model.columns] for row in case.cells]
            answers = [model.predict(row, width) for row in rows]
            self.assertEqual({code for code, _ in answers}, {0})
            best = None if truth.classes is None else [model.best(values) for _, values in answers]
            truth.compare([values for _, values in answers], best)
            for name in ("plain", "when", "betrag"):
                if name in model.columns:  # a cell that its column cannot hold is named
                    at = model.columns.index(name)
                    code, _ = model.predict(rows[0][:at] + ["no such thing"] + rows[0][at + 1 :], width)
                    self.assertEqual(code, at + 1)

    def check_onnx(self, folder, case, truth):
        with self.subTest("ONNX"):
            call(folder, "export", "--format", "onnx", "--out", "model.onnx")
            model = onnx.load(folder / "model.onnx")
            onnx.checker.check_model(model, full_check=True)
            feeds = feeds_of(model, case)
            self.compare_onnx(truth, onnx_numpy.run(model, feeds))
            return str(folder / "model.onnx"), feeds
        return None, None

    def compare_onnx(self, truth, outputs):
        if truth.classes is None:
            truth.compare(outputs["prediction"])
        else:
            truth.compare(outputs["probabilities"], outputs["prediction"])

    def check_runtime(self, place, jobs):
        types = {numpy.uint8: "uint8", numpy.float64: "float64", numpy.object_: "string"}
        nan = lambda x: None if isinstance(x, float) and x != x else x
        (self.root / "jobs.json").write_text(
            json.dumps(
                [
                    {
                        "model": path,
                        "feeds": {
                            name: {
                                "type": types[feed.dtype.type],
                                "dims": feed.shape,
                                "data": [nan(x) for x in feed.reshape(-1).tolist()],
                            }
                            for name, feed in feeds.items()
                        },
                    }
                    for _, _, path, feeds in jobs
                ]
            )
        )
        script = pathlib.Path(__file__).with_name("onnx_run.js")
        command = ["node", script, place, self.root / "jobs.json", self.root / "answers.json"]
        subprocess.run(command, check=True, timeout=600)
        answers = json.loads((self.root / "answers.json").read_text())
        self.assertEqual(len(answers), len(jobs))
        for (case, truth, _, _), answer in zip(jobs, answers):
            with self.subTest(case.name + " in onnxruntime-web"):
                self.compare_onnx(truth, {name: numpy.array(each["data"]) for name, each in answer.items()})

    def test_odd_cells_are_read_alike_or_refused_alike(self):
        folder = self.folder("odd")
        case = model_cases.odd_cells()
        trained(folder, case)
        text = call(folder, "predict", case.new, "--precision", "f32", "--keep", "id", "--skip-bad")
        truth = {row["id"]: float(row["prediction"]) for row in csv.DictReader(io.StringIO(text))}
        self.assertGreater(len(truth), 100)
        self.assertLess(len(truth), len(case.cells) - 100)
        call(folder, "export", "--format", "c", "--out", "model.c")
        library = Library(folder)
        model = hpsearch.Model(folder / "hpsearch.db.files/sweep1/best.safetensors")
        for row in case.cells:
            code, values = library.predict([row[column] for column in library.columns], 1)
            try:
                found = model.predict([row])[0]
            except ValueError:
                found = None
            with self.subTest(row=row):
                self.assertEqual(code == 0, row["id"] in truth)
                self.assertEqual(found is not None, row["id"] in truth)
                if code == 0:
                    y = truth[row["id"]]
                    self.assertLessEqual(abs(values[0] - y), TOLERANCE * max(1, abs(y)))
                    self.assertLessEqual(abs(found - y), TOLERANCE * max(1, abs(y)))

    def test_the_readme_s_python_runs(self):
        folder = self.folder("readme")
        case = model_cases.table("regression", "standardize", model_cases.MODELS[0], seed=77)
        trained(folder, case)
        environment = {**os.environ, "PYTHONPATH": str(SOURCE / "reports/python"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", PYTHON_SNIPPET], cwd=folder, env=environment, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        Truth(folder, case).compare(json.loads(done.stdout[done.stdout.rindex("[") :]))

    def test_trials_and_epochs_are_those_of_the_database(self):
        folder = self.folder("trials")
        trained(folder, model_cases.table("binary", "standardize", model_cases.MODELS[0], seed=78))
        database = folder / "hpsearch.db"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            rows = connection.execute("SELECT number, value, state FROM trials ORDER BY number").fetchall()
            epochs = connection.execute(
                "SELECT number, epoch, val_loss FROM epochs JOIN trials USING(trial_id) ORDER BY number, epoch"
            ).fetchall()
        with without("pandas"):
            found = hpsearch.trials(database)
            self.assertEqual([(t["trial"], t["value"], t["state"]) for t in found], rows)
            self.assertTrue(all(0.005 <= t["learning_rate"] <= 0.02 for t in found))
            found = hpsearch.epochs(str(database), sweep="case")
            self.assertEqual([(e["trial"], e["epoch"], e["val_loss"]) for e in found], epochs)
        if hpsearch.pandas is not None:
            self.assertEqual(hpsearch.trials(database)["value"].tolist(), [value for _, value, _ in rows])
            self.assertEqual(hpsearch.epochs(database)["val_loss"].tolist(), [loss for _, _, loss in epochs])
        with self.assertRaisesRegex(ValueError, "has no sweep 'other'; it has 'case'"):
            hpsearch.trials(database, "other")
        with self.assertRaises(FileNotFoundError):
            hpsearch.epochs(folder / "nothing.db")

    def test_export_refuses_what_does_not_go_together(self):
        folder = self.folder("refused")
        trained(folder, model_cases.table("binary", "standardize", model_cases.MODELS[0], seed=79))
        self.assertIn("--epochs applies only to csv", call(folder, "export", "--format", "c", "--epochs", code=2))
        self.assertIn("leave them out", call(folder, "export", "--trial", "1", code=2))
        self.assertIn("did you mean 'onnx'", call(folder, "export", "--format", "onx", code=2))
        call(folder, "export", "--format", "onnx")
        self.assertIn("already exists", call(folder, "export", "--format", "onnx", code=2))
        call(folder, "export", "--format", "onnx", "--force")
        # Any trial, and any file.
        for trial in ("0", "1"):
            call(folder, "export", "--format", "npz", "--trial", trial, "--out", f"{trial}.npz")
            self.assertEqual(str(numpy.load(folder / f"{trial}.npz")["trial"]), trial)
        best = "hpsearch.db.files/sweep1/best.safetensors"
        call(folder, "export", "--format", "c", "--model", best, "--db", "nothing.db")
        self.assertTrue((folder / "case.c").exists())


@contextlib.contextmanager
def without(module):
    found = getattr(hpsearch, module)
    setattr(hpsearch, module, None)
    try:
        yield
    finally:
        setattr(hpsearch, module, found)


@contextlib.contextmanager
def working_in(folder):
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


if __name__ == "__main__":
    unittest.main()
