"""Sweeps for the page tests: the program trains some, SQL makes large and hostile ones."""
import json
import pathlib
import random
import sqlite3
import subprocess

SWEEP = """\
name: {name}
seed: 3
method: {method}
run_cap: {trials}
dataset: {{source: xor}}
model: {{hidden: [8]}}
training: {{epochs: {epochs}, batch_size: 32}}
parameters:
  learning_rate: {{min: 1e-3, max: 10, scale: log}}
  l2: {{min: 1e-7, max: 1e-2, scale: log}}
  activation: {{values: [relu, tanh]}}
"""

HOSTILE = '</script><img src=x onerror="window.hit=1"><b>bold</b>'


def train(program, folder, name="small", method="random", trials=24, epochs=6):
    path = pathlib.Path(folder) / "sweep.yaml"
    path.write_text(SWEEP.format(name=json.dumps(name), method=method, trials=trials, epochs=epochs))
    subprocess.run([program, "run", path.name, "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def train_table(program, folder, target):
    """A table whose price follows from the area alone, and whose kind follows from the price."""
    numbers = random.Random(2)
    rows = ["area,colour,price,kind"]
    for _ in range(400):
        area = numbers.uniform(20, 120)
        price = 1000 + 30 * area + numbers.uniform(0, 200)
        rows.append(f"{area},{numbers.choice(['red', 'blue'])},{price},{'small' if price < 3000 else 'large'}")
    (pathlib.Path(folder) / "table.csv").write_text("\n".join(rows) + "\n")
    other = {"price": "kind", "kind": "price"}[target]
    (pathlib.Path(folder) / "table.yaml").write_text(
        f"name: {target}\nrun_cap: 3\ndataset: {{source: table.csv, target: {target}, columns: {{drop: [{other}]}}}}\n"
        "model: {hidden: [8]}\ntraining: {epochs: 8, optimizer: adam}\nparameters: {learning_rate: {min: 1e-3, max: 1e-1, scale: log}}\n")
    subprocess.run([program, "run", "table.yaml", "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def train_folds(program, folder, folds=3, trials=4, epochs=8):
    path = pathlib.Path(folder) / "folds.yaml"
    text = SWEEP.format(name="folds", method="random", trials=trials, epochs=epochs)
    path.write_text(text.replace("source: xor", f"source: xor, folds: {folds}"))
    subprocess.run([program, "run", path.name, "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def write_page(program, folder, *arguments):
    subprocess.run([program, "report", "--html", "report.html", *arguments], cwd=folder, check=True)
    return pathlib.Path(folder) / "report.html"


def make_hostile(folder):
    """Puts markup into every name that users choose."""
    with sqlite3.connect(pathlib.Path(folder) / "hpsearch.db") as db:
        space = {HOSTILE: {"values": [HOSTILE, "{b|rich}", "\u2028"]}, "a{b}": {"min": 0.0, "max": 1.0, "scale": "linear", "type": "real"}}
        db.execute("UPDATE sweeps SET name = ?, config_yaml = ?", (HOSTILE, "name: " + HOSTILE))
        db.execute("UPDATE stages SET space_json = ?", (json.dumps(space),))
        rows = db.execute("SELECT trial_id FROM trials").fetchall()
        for i, (trial,) in enumerate(rows):
            params = {HOSTILE: [HOSTILE, "{b|rich}", "\u2028"][i % 3], "a{b}": (i % 7) / 7}
            db.execute("UPDATE trials SET params_json = ?, worker = ?, reason = ? WHERE trial_id = ?",
                       (json.dumps(params, sort_keys=True), HOSTILE, HOSTILE, trial))
        db.execute("UPDATE trials SET state = 'failed', value = NULL, score = NULL WHERE number % 5 = 0")


def make_large(folder, trials, epochs):
    """Gives the first sweep that many trials: only the shape of the data matters."""
    numbers = random.Random(1)
    with sqlite3.connect(pathlib.Path(folder) / "hpsearch.db") as db:
        db.execute("DELETE FROM trials")
        db.execute("DELETE FROM epochs")
        db.execute("UPDATE stages SET trials = ?", (trials,))
        for n in range(trials):
            rate, l2 = 10 ** numbers.uniform(-3, 1), 10 ** numbers.uniform(-7, -2)
            best = 0.9 - 0.05 * abs(numbers.gauss(0, 1)) - 0.02 * abs(l2)
            state = "diverged" if rate > 8 else "complete"
            value = best if state == "complete" else None
            params = {"activation": numbers.choice(["relu", "tanh"]), "l2": l2, "learning_rate": rate}
            db.execute(
                "INSERT INTO trials(trial_id, sweep_id, number, state, value, score, best_epoch, epochs_done, epochs, seed,"
                " stage, params_json, params_hash, created_at, started_at, finished_at, seconds, worker)"
                " VALUES(?, 1, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '', ?, ?, ?, 1.5, ?)",
                (n + 1, n, state, value, None if value is None else -value, None if value is None else epochs, epochs, epochs, n,
                 json.dumps(params, sort_keys=True), "2026-01-31T10:00:00.000Z", f"2026-01-31T{10 + n // 3600 % 12:02}:{n // 60 % 60:02}:{n % 60:02}.000Z",
                 f"2026-01-31T{10 + n // 3600 % 12:02}:{n // 60 % 60:02}:{n % 60:02}.900Z", f"host/{n % 2}"))
            db.executemany(
                "INSERT INTO epochs(trial_id, replicate, epoch, train_loss, train_accuracy, val_loss, val_accuracy) VALUES(?, 0, ?, ?, ?, ?, ?)",
                [(n + 1, e, 2.3 * numbers.random() ** 0.5 / e, best * (1 - 0.5 / e), 2.3 * numbers.random() / e, best * (1 - 0.6 / e)) for e in range(1, epochs + 1)])
