#!/usr/bin/env python3
"""tests/bench/run, search and stages/run with programs that answer at once: what it asks, takes medians of, and prints."""

import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

sys.dont_write_bytecode = True
RUN = pathlib.Path(__file__).resolve().parent / "run"

# Answers by `speeds`, one a round, and notes who was asked what.
SERVER = """\
    #!{python}
    import json, pathlib, sys
    print(json.dumps({{"library": "oneDNN 1", "blas": "{blas}"}}), flush=True)
    speeds = {speeds}
    for line in sys.stdin:
        with open("{log}", "a") as log:
            log.write("{name} " + " ".join(line.split()) + "\\n")
        if "bf16" in line:
            answer = {{"error": "there is no bf16"}}
        else:
            answer = {{"samples_per_cpu_s": speeds.pop(0), "train_rows": {rows}, "validation_rows": 6000}}
        print(json.dumps(answer), flush=True)
"""


class Programs(unittest.TestCase):
    """A folder for programs that stand for those of the build."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def program(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        file.chmod(0o755)


class Run(Programs):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "log"
        self.program("tests/bench/bench_peak", """\
            #!/bin/sh
            echo '{"f32": {"unit": "AVX-512", "gflops": 100.0}, "bf16": null}'
        """)  # fmt: skip
        self.program("runner/hpsearch", f"#!/bin/sh\ncat bench.yaml >{self.folder}/sweep")
        self.server("ours", "tests/bench/bench_train", [90000, 50000, 100000])
        self.server("torch", "torch_train.py", [50000, 49000, 1])
        self.server("sklearn", "sklearn_train.py", [25000, 24000, 26000])
        self.program("optuna_search.py", "pass")

    def server(self, name, file, speeds, rows=54000, blas="libopenblasp.so"):
        of = dict(name=name, speeds=speeds, rows=rows, blas=blas, log=self.log, python=sys.executable)
        self.program(file, textwrap.dedent(SERVER).format(**of))

    def run_bench(self, *arguments):
        return subprocess.run(
            [sys.executable, RUN, "--build", self.folder, "--peers", self.folder, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )

    def test_takes_medians_of_interleaved_rounds(self):
        done = self.run_bench("--only", "^784-256-10 b256 f32 sgd$")
        self.assertEqual(done.returncode, 0, done.stderr)
        flags = "--net 784-256-10 --batch 256 --precision f32 --optimizer sgd"
        asked = [f"{name} {flags}" for name in ("ours", "torch", "sklearn")]
        self.assertEqual(self.log.read_text().splitlines(), 3 * asked)
        # 2 (2 (784 * 256 + 256 * 10) + 256 * 10) = 818,176 operations; 90,000 of them are 73.6 GFLOP/s.
        self.assertEqual(
            done.stdout.split("\n\n")[1],
            "Samples per CPU-second of training, medians of 3 rounds:\n"
            "network     batch  training  hpsearch  PyTorch  sklearn"
            "  x PyTorch  x sklearn  of peak  PyTorch's\n"
            "784-256-10    256  f32 sgd     90.0 k   49.0 k   25.0 k"
            "       1.84       3.60     74 %       40 %\n",
        )

    def test_leaves_out_what_a_library_has_not(self):
        done = self.run_bench("--only", "dropout b32 f32 adam", "--rounds", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("sklearn", self.log.read_text())
        self.assertIn("--net 784-256-256-10 --batch 32 --precision f32 --optimizer adam --dropout 0.5\n",
                      self.log.read_text())  # fmt: skip
        self.assertRegex(done.stdout, r"784-256-256-10 dropout +32  f32 adam +90\.0 k +50\.0 k +- +1\.80 +- ")

    def test_goes_on_without_a_program_that_is_not_installed(self):
        self.program("torch_train.py", 'raise SystemExit("missing: python3-torch")')
        done = self.run_bench("--only", "^64-32-10 b64 f32 sgd", "--rounds", "1")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(
            done.stderr.splitlines()[0],
            "bench: PyTorch is not installed, so its column stays empty: apt-get install python3-torch",
        )
        self.assertRegex(done.stdout, r"64-32-10 +64  f32 sgd +90\.0 k +- +25\.0 k +- +3\.60 ")

    def test_says_which_library_is_not_openblas(self):
        self.server("torch", "torch_train.py", [1], blas="libblas.so.3.11.0")
        done = self.run_bench("--only", "^64-32-10 b64 f32 sgd", "--rounds", "1")
        self.assertIn("bench: PyTorch computes with libblas.so.3.11.0, not with OpenBLAS: "
                      "apt-get install libopenblas0-pthread\n", done.stderr)  # fmt: skip

    def test_says_each_reason_once_and_ends_with_1(self):
        done = self.run_bench("--only", "bf16 sgd")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            done.stderr,
            "bench: 784-256-10 b32 bf16 sgd: left out, as others like it: hpsearch: there is no bf16\n",
        )

    def test_refuses_to_compare_unequal_work(self):
        self.server("torch", "torch_train.py", [1], rows=60000)
        done = self.run_bench("--only", "^64-32-10 b64 f32 sgd", "--rounds", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("rows to train on and to validate by differ: {'hpsearch': (54000, 6000), "
                      "'PyTorch': (60000, 6000), 'scikit-learn': (54000, 6000)}\n", done.stderr)  # fmt: skip

    def test_times_a_search_from_start_to_end(self):
        done = self.run_bench("--only", "search bf16", "--rounds", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("A search of 16 trials x 3 epochs, from start to end, one round:\n", done.stdout)
        self.assertEqual(
            (self.folder / "sweep").read_text(),
            "name: bench\nmethod: random\nrun_cap: 16\n"
            "dataset: {source: fashion-mnist, validation: test, test: none}\nmodel: {hidden: [256]}\n"
            "training: {epochs: 3, batch_size: 256, momentum: 0.9, precision: bf16}\n"
            "parameters:\n  learning_rate: {min: 1e-3, max: 0.3, scale: log}\n"
            "  l2: {min: 1e-6, max: 1e-2, scale: log}\n",
        )

    def test_says_why_a_search_failed(self):
        self.program("runner/hpsearch", "#!/bin/sh\necho no such setting >&2; exit 2")
        done = self.run_bench("--only", "search f32", "--rounds", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("runner/hpsearch failed: no such setting\n", done.stderr)

    def test_replaces_what_lies_between_the_marks(self):
        file = self.folder / "page.md"
        file.write_text("before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n")
        self.run_bench("--only", "^64-32-10 b64 f32 sgd", "--rounds", "1", "--markdown", file)
        text = file.read_text()
        self.assertTrue(text.startswith("before\n<!-- bench:begin -->\n- "), text)
        self.assertTrue(text.endswith("\n<!-- bench:end -->\nafter\n"), text)
        self.assertIn("\n| 64-32-10 | 64 | f32 sgd | 90.0 k | 50.0 k | 25.0 k | 1.80 | 3.60 | ", text)
        self.assertNotIn("old", text)

    def test_leaves_a_file_without_marks_as_it_is(self):
        file = self.folder / "page.md"
        file.write_text("mine\n")
        done = self.run_bench("--only", "^64-32-10 b64 f32 sgd", "--rounds", "1", "--markdown", file)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(file.read_text(), "mine\n")
        self.assertIn("page.md has no lines <!-- bench:begin --> and <!-- bench:end -->\n", done.stderr)

    def test_refuses_a_name_that_is_nothings(self):
        done = self.run_bench("--only", "nothing")
        self.assertEqual((done.returncode, done.stderr), (2, "bench: nothing is called like 'nothing'\n"))

    def test_says_what_builds_its_programs(self):
        (self.folder / "tests/bench/bench_peak").unlink()
        done = self.run_bench()
        self.assertEqual(done.returncode, 2)
        missing = self.folder / "tests/bench/bench_peak"
        self.assertEqual(done.stderr, f"bench: {missing} is not there; ./dev bench builds it\n")



class Search(Programs):
    """tests/bench/search, with a program that answers at once."""

    BENCH = "tests/bench/bench_search"

    def setUp(self):
        super().setUp()
        self.program(self.BENCH, f"""\
            #!{sys.executable}
            import json, sys
            open("{self.folder}/log", "a").write(" ".join(sys.argv[1:]) + "\\n")
            if "--suite" in sys.argv:
                lag = int(sys.argv[sys.argv.index("--lag") + 1])
                regrets = {{("p", "bayes"): [0, 1], ("p", "tpe"): [1, 2], ("q", "bayes"): [3, 4], ("q", "tpe"): [1, 2]}}
                print(json.dumps([{{"problem": p, "method": m, "lag": lag, "trials": t, "regrets": r}}
                                  for (p, m), r in regrets.items() for t in (20, 50, 100, 200)]))
            elif "--cost" in sys.argv:
                print(json.dumps([{{"method": "tpe", "parameters": 3, "trials": 1000, "seconds": 0.05,
                                   "last_ms": 0.08, "bytes": 86.4}}]))
            else:
                print(json.dumps([{{"problem": p, "method": "cmaes", "trials": t, "median": 0.2, "q25": 0.1,
                                   "q75": 0.3, "regrets": [0.1, 0.2, 1e9]}}
                                  for p in ("Branin", "Hartmann6", "Rosenbrock4", "bowl") for t in (25, 50, 100)]))
        """)  # fmt: skip

    def run_search(self, *arguments):
        return subprocess.run([sys.executable, RUN.parent / "search", "--build", self.folder, *arguments],
                              capture_output=True, text=True, check=False)  # fmt: skip

    def test_asks_for_both_lags_and_the_cost(self):
        done = self.run_search("--seeds", "3", "--method", "cmaes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            (self.folder / "log").read_text().splitlines(),
            ["--seeds 3 --lag 1 --method cmaes", "--seeds 3 --lag 4 --method cmaes", "--cost --method cmaes"],
        )
        self.assertRegex(done.stdout, r"\nBranin +cmaes +0\.2 +0\.2 +0\.2 +0\.1 - 0\.3 +2 2 0\n")
        self.assertRegex(done.stdout, r"\ntpe +3 +1,000 +0\.050 +0\.080 +86\n")

    def test_keeps_its_tables_apart_from_the_others(self):
        page = self.folder / "page.md"
        page.write_text("<!-- bench:begin -->\nmine\n<!-- bench:end -->\n<!-- search:begin -->\nold\n<!-- search:end -->\n")
        self.assertEqual(self.run_search("--markdown", page).returncode, 0)
        text = page.read_text()
        self.assertTrue(text.startswith("<!-- bench:begin -->\nmine\n<!-- bench:end -->\n<!-- search:begin -->\n- "))
        self.assertIn("| tpe | 3 | 1,000 | 0.050 | 0.080 | 86 |\n<!-- search:end -->\n", text)
        self.assertNotIn("old", text)

    def test_compares_methods_on_the_suite(self):
        done = self.run_search("--suite", "--seeds", "2", "--jobs", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        flags = f"--suite --seeds 2 --jobs 3 --tables {RUN.parent}/tables --lag"
        self.assertEqual((self.folder / "log").read_text().splitlines(), [f"{flags} 1", f"{flags} 4"])
        # On p bayes is better in three pairs of four and equal in one, on q in none: 7/8 and 0.
        self.assertRegex(done.stdout, r"\nbayes( +-){4}( +1\.56){4}\ntpe( +0\.44){4}( +1\.44){4}\n")
        self.assertRegex(done.stdout, r"\np +0\.88 0\.88 0\.88 0\.88\nq +0\.00 0\.00 0\.00 0\.00\n")

    def test_takes_a_suite_that_ran_elsewhere(self):
        answer = self.folder / "answer.json"
        with answer.open("w") as out:
            subprocess.run([self.folder / self.BENCH, "--suite", "--lag", "4"], stdout=out, check=True)
        (self.folder / self.BENCH).unlink()
        page = self.folder / "page.md"
        page.write_text("<!-- suite:begin -->\n<!-- suite:end -->\n")
        done = self.run_search("--suite", "--from", answer, "--markdown", page)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| tpe | 0.44 | 0.44 | 0.44 | 0.44 | 1.44 | 1.44 | 1.44 | 1.44 |\n", page.read_text())
        self.assertIn("Suite of 2 problems, 2 seeds, results 4 trials behind:", done.stdout)

    def test_ends_as_its_program_does(self):
        self.program(self.BENCH, "#!/bin/sh\necho 'bench_search: no such method' >&2; exit 2\n")
        done = self.run_search("--method", "x")
        self.assertEqual((done.returncode, done.stderr), (2, "bench_search: no such method\n"))


STAGES = pathlib.Path(__file__).resolve().parent / "stages" / "run"

# Writes the database of a sweep with the trials of `found`: (stage, state, value, epochs).
SWEEP = """\
    #!{python}
    import sqlite3, sys
    random = "random.yaml" in sys.argv[2]
    seed = int(sys.argv[sys.argv.index("--seed") + 1])
    found = [(0, "complete", 0.80 + seed / 100, 10), (0, "diverged", None, 2)]
    if not random:
        found = [(0, "complete", 0.95, 1), (1, "complete", 0.79, 5), (1, "complete", 0.805, 5), (1, "complete", 0.804, 5)]
    db = sqlite3.connect(sys.argv[sys.argv.index("--db") + 1])
    db.executescript("CREATE TABLE trials(number, stage, state, value, epochs_done); CREATE TABLE stages(stage);"
                     "CREATE TABLE best_trials(value); CREATE TABLE metrics(name, value)")
    db.executemany("INSERT INTO trials VALUES (?, ?, ?, ?, ?)", [(n, *row) for n, row in enumerate(found)])
    last = max(row[0] for row in found)
    db.executemany("INSERT INTO stages VALUES (?)", [(n,) for n in range(last + 1)])
    db.execute("INSERT INTO best_trials VALUES (?)", (max(row[2] for row in found if row[0] == last and row[2]),))
    db.execute("INSERT INTO metrics VALUES ('test_accuracy', 0.75)")
    db.commit()
"""


class Stages(Programs):
    def setUp(self):
        super().setUp()
        self.program("runner/hpsearch", textwrap.dedent(SWEEP).format(python=sys.executable))

    def run_stages(self, *arguments):
        command = [sys.executable, STAGES, "--build", self.folder, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_counts_the_epochs_until_a_trial_that_competes_is_as_good(self):
        done = self.run_stages("--seeds", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            done.stdout,
            "Best validation accuracy on Fashion-MNIST: random search with 12 epochs, coarse to fine with 16, "
            "which reaches random's on 1 of 2 seeds:\n"
            "seed    random  coarse to fine  reached after epochs  test: random  test: coarse to fine\n"
            "0       0.8000          0.8050                    11        0.7500                0.7500\n"
            "1       0.8100          0.8050                     -        0.7500                0.7500\n"
            "median  0.8050          0.8050                              0.7500                0.7500\n"
            "mean    0.8050          0.8050                              0.7500                0.7500\n",
        )

    def test_ends_where_a_sweep_fails(self):
        self.program("runner/hpsearch", "#!/bin/sh\necho hpsearch: no data >&2; exit 2\n")
        done = self.run_stages()
        self.assertEqual((done.returncode, done.stderr), (1, "hpsearch: no data\n"))


if __name__ == "__main__":
    unittest.main()
