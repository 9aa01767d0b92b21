#!/usr/bin/env python3
"""The model's file: another program computes from it what hpsearch predict writes.

A second implementation of encoding and network in plain Python, on a table with missing values, texts,
dates, currencies and several settings. Usage: model_file_test.py PROGRAM
"""

import csv
import datetime
import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()

SWEEP = """\
name: table
seed: 4
run_cap: 2
dataset: {{source: train.csv, target: {target}, preprocess: {preprocess}}}
model: {{hidden: [12, 7], activation: [relu, tanh], batch_norm: {norm}}}
training: {{epochs: 4, batch_size: 16}}
parameters:
  learning_rate: {{min: 1e-3, max: 1e-1, scale: log}}
"""


def make_rows(count, seed):
    dice = random.Random(seed)
    rows = []
    for _ in range(count):
        area = dice.uniform(20, 200)
        city = dice.choice(["Rome", "Oslo", "Bern", "oslo "])
        rent = int(area * 11 + 90 * (city == "Rome"))
        rows.append({
            "area": "" if dice.random() < 0.1 else f"{area:.2f}",
            "rent": f"${rent // 1000},{rent % 1000:03}" if rent >= 1000 else f"${rent}",
            "city": "NA" if dice.random() < 0.1 else city,
            "lift": dice.choice(["no", "yes"]),
            "day": f"2024-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
            "price": f"{area * 3000 + dice.gauss(0, 5000):.1f}",
            "kind": "flat" if area < 60 else "house" if area < 140 else "villa",
        })
    return rows


def write_csv(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read_safetensors(path):
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + at for at in entry["data_offsets"])
            tensors[name] = (entry["shape"], struct.unpack(f"<{(end - begin) // 4}f", data[begin:end]))
    return header["__metadata__"], tensors


def number(text, column):
    text = text.replace(column["unit"], "") if column["unit"] else text
    text = text.replace(column["group"], "") if column["group"] else text
    return float(text.replace(column["point"], "."))


def encode(row, pipeline):
    """One row's features, before they are scaled to floats."""
    features = []
    for column in pipeline["columns"]:
        if "centre" not in column:
            continue
        cell = row[column["name"]]
        missing = cell in ("", "NA")
        if column["kind"] == "number":
            values = [column["fill"][0] if missing else number(cell, column)] if column["value"] else []
        elif column["kind"] == "date":
            day = datetime.date.fromisoformat(cell)
            parts = {"year": day.year, "month": day.month, "weekday": day.weekday(),
                     "day_of_year": day.timetuple().tm_yday, "hour": 0,
                     "elapsed_days": (day - datetime.date(1970, 1, 1)).days}
            values = [parts[part] for part in column["parts"]]
        else:
            levels = [level.lower() for level in column["levels"]]
            at = levels.index(cell.strip().lower()) if not missing else None
            values = [float(at)] if column["one_feature"] else [float(i == at) for i in range(len(levels))]
        if column.get("missing_flag"):
            values.append(float(missing))
        features += [(value - centre) * factor
                     for value, centre, factor in zip(values, column["centre"], column["factor"])]
    return features


def outputs(x, metadata, tensors):
    settings = json.loads(metadata["settings"])
    layer = 0
    while f"layers.{layer}.weight" in tensors:
        (rows, columns), weight = tensors[f"layers.{layer}.weight"]
        bias = tensors[f"layers.{layer}.bias"][1]
        z = [bias[j] + sum(x[i] * weight[i * columns + j] for i in range(rows)) for j in range(columns)]
        layer += 1
        if f"layers.{layer}.weight" in tensors:
            if settings["batch_norm"]:
                gamma, beta, mean, variance = (tensors[f"layers.{layer - 1}.norm.{name}"][1] for name in (
                    "gamma", "beta", "running_mean", "running_variance"))
                z = [g * (v - m) / math.sqrt(s + settings["bn_epsilon"]) + b
                     for v, g, b, m, s in zip(z, gamma, beta, mean, variance)]
            z = [max(v, 0.0) for v in z] if settings["activation"][layer - 1] == "relu" else [math.tanh(v) for v in z]
        x = z
    return x


class ModelFile(unittest.TestCase):
    def predict(self, target, preprocess, norm):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            write_csv(folder / "train.csv", make_rows(260, 1))
            new = make_rows(60, 2)
            write_csv(folder / "new.csv", new)
            (folder / "sweep.yaml").write_text(SWEEP.format(target=target, preprocess=preprocess, norm=norm))

            def run(*arguments):
                return subprocess.run([PROGRAM, *arguments], cwd=folder, check=True, capture_output=True,
                                      text=True).stdout

            run("run", "sweep.yaml")
            predicted = list(csv.DictReader(run("predict", "new.csv", "--probabilities").splitlines()))
            metadata, tensors = read_safetensors(folder / "hpsearch.db.files/sweep1/best.safetensors")
            pipeline = json.loads(metadata["pipeline"])
            self.assertEqual(len(predicted), len(new))
            return predicted, [outputs(self.turn(encode(row, pipeline), tensors), metadata, tensors)
                               for row in new], metadata

    @staticmethod
    def turn(x, tensors):
        if "preprocess.whitening" not in tensors:
            return x
        (rows, columns), matrix = tensors["preprocess.whitening"]
        return [sum(matrix[k * columns + c] * x[c] for c in range(columns)) for k in range(rows)]

    def test_regression(self):
        for preprocess in ("standardize", "unit", "pca_whiten"):
            with self.subTest(preprocess):
                predicted, found, metadata = self.predict("price", preprocess, "false")
                scaling = json.loads(metadata["target_scaling"])
                for line, (z,) in zip(predicted, found):
                    y = z * scaling["deviation"][0] + scaling["mean"][0]
                    self.assertAlmostEqual(float(line["prediction"]) / y, 1.0, delta=1e-5)

    def test_classes(self):
        predicted, found, metadata = self.predict("kind", "standardize", "true")
        classes = json.loads(metadata["classes"])
        self.assertEqual(classes, ["flat", "house", "villa"])
        for line, z in zip(predicted, found):
            weights = [math.exp(v - max(z)) for v in z]
            for name, weight in zip(classes, weights):
                self.assertAlmostEqual(float(line[f"probability_{name}"]), weight / sum(weights), delta=1e-5)
            self.assertEqual(line["prediction"], classes[z.index(max(z))])

    def test_binary(self):
        predicted, found, metadata = self.predict("lift", "standardize", "false")
        self.assertEqual(json.loads(metadata["classes"]), ["no", "yes"])
        for line, (z,) in zip(predicted, found):
            self.assertAlmostEqual(float(line["probability_yes"]), 1 / (1 + math.exp(-z)), delta=1e-5)
            self.assertEqual(line["prediction"], "yes" if z > 0 else "no")


if __name__ == "__main__":
    unittest.main()
