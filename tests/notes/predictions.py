#!/usr/bin/env python3
"""What the winners of some sweeps predict for Fashion-MNIST's own test part, by their saved weights.

predictions.py DATABASE accuracy SWEEP DEVIATION     with N(0, DEVIATION^2) added to the inputs, which lie in 0 to 1
predictions.py DATABASE rises SWEEP DEVIATION...     how many of these accuracies are higher than the one before
predictions.py DATABASE spread PATTERN               variance of a class's probability over the sweeps of these names,
                                                     mean over rows and classes
predictions.py DATABASE ratio PATTERN PATTERN        of two spreads

Prints one number. The sweeps have `preprocess: unit`, ReLU, and a layer or more without normalisation.
"""
import gzip
import json
import pathlib
import sqlite3
import sys

import numpy as np


def idx(path, offset):
    return np.frombuffer(gzip.open(path).read(), np.uint8, offset=offset)


def read_safetensors(path):
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    tensors = json.loads(data[8:8 + size])
    del tensors["__metadata__"]
    return {name: np.frombuffer(data[8 + size:], np.float32, int(np.prod(t["shape"])), t["data_offsets"][0]).reshape(t["shape"])
            for name, t in tensors.items()}


class Predictions:
    def __init__(self, database):
        self.folder = pathlib.Path(database).parent
        self.db = sqlite3.connect(database)
        source = pathlib.Path(json.loads(self.db.execute("SELECT data_json FROM sweeps").fetchone()[0])["folder"])
        self.labels = idx(source / "t10k-labels-idx1-ubyte.gz", 8)
        self.inputs = idx(source / "t10k-images-idx3-ubyte.gz", 16).reshape(len(self.labels), -1) / np.float32(255)

    def probabilities(self, weights, inputs):
        w = read_safetensors(self.folder / weights)
        layers = sum(name.endswith(".weight") for name in w)
        x = inputs
        for layer in range(layers):
            x = x @ w[f"layers.{layer}.weight"] + w[f"layers.{layer}.bias"]
            if layer + 1 < layers:
                x = np.maximum(x, 0)
        x = np.exp(x - x.max(axis=1, keepdims=True))
        return x / x.sum(axis=1, keepdims=True)

    def weights(self, pattern):
        rows = self.db.execute("SELECT path FROM artifacts JOIN trials USING(trial_id) JOIN sweeps s USING(sweep_id) "
                               "WHERE artifacts.name = 'weights' AND s.name GLOB ?", [pattern]).fetchall()
        if not rows:
            sys.exit(f"predictions: no sweep '{pattern}' has weights")
        return [path for path, in rows]

    def accuracy(self, sweep, deviation):
        noise = np.random.default_rng(0).standard_normal(self.inputs.shape, np.float32) * np.float32(deviation)
        guesses = self.probabilities(self.weights(sweep)[0], self.inputs + noise).argmax(axis=1)
        return float(np.mean(guesses == self.labels))

    def rises(self, sweep, *deviations):
        return int(np.sum(np.diff([self.accuracy(sweep, d) for d in deviations]) > 0))

    def spread(self, pattern):
        return float(np.var([self.probabilities(w, self.inputs) for w in self.weights(pattern)], axis=0).mean())

    def ratio(self, one, other):
        return self.spread(one) / self.spread(other)


if __name__ == "__main__":
    print(getattr(Predictions(sys.argv[1]), sys.argv[2])(*sys.argv[3:]))
