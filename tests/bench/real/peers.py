#!/usr/bin/env python3
"""One of scikit-learn's models with its defaults on a table, one thread.

    peers.py MODEL TRAIN.csv TEST.csv SEPARATOR [--no-header]

Prints a line of JSON: the predictions of TEST's rows (numbers, or the probability of the greater class) and the CPU
seconds of encoding, training and predicting. Numbers get their median and, where the training rows have gaps, a flag;
texts up to 50 levels are one-hot, others are left out. The linear model and the MLP read standardised numbers.
"""

import csv
import json
import sys
import time

try:
    import numpy as np
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
    )
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neural_network import MLPClassifier, MLPRegressor
except ImportError:
    sys.exit("missing: python3-sklearn")

MOST_LEVELS = 50
MISSING = {"", "NA", "?", "NaN", "nan", "null"}
MODELS = {
    "hgb": (HistGradientBoostingRegressor, HistGradientBoostingClassifier, {"random_state": 0}, False),
    "forest": (RandomForestRegressor, RandomForestClassifier, {"random_state": 0}, False),
    "linear": (Ridge, LogisticRegression, {}, True),
    "mlp": (MLPRegressor, MLPClassifier, {"random_state": 0}, True),
}


def read(path, separator, header):
    with open(path, encoding="utf-8", newline="") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file, delimiter=separator) if row]
    return rows[1:] if header else rows


def number(cell):
    return np.nan if cell in MISSING else float(cell)


def encode(train, test):
    """Two matrices; everything is learnt from `train`."""
    parts = []
    for column in range(len(train[0])):
        cells = [[row[column] for row in rows] for rows in (train, test)]
        try:
            values = [np.array([number(cell) for cell in part]) for part in cells]
        except ValueError:
            levels = sorted({cell for cell in cells[0] if cell not in MISSING})
            if len(levels) <= MOST_LEVELS:
                parts += [[np.array([cell == level for cell in part], float) for part in cells] for level in levels]
            continue
        gaps = [np.isnan(part) for part in values]
        if gaps[0].any() and not gaps[0].all():
            parts.append([gap.astype(float) for gap in gaps])
        middle = 0.0 if gaps[0].all() else np.nanmedian(values[0])
        parts.append([np.where(gap, middle, part) for gap, part in zip(gaps, values)])
    return [np.column_stack([part[i] for part in parts]) for i in (0, 1)]


def main():
    name, train_path, test_path, separator = sys.argv[1:5]
    header = "--no-header" not in sys.argv
    train, test = (read(path, separator, header) for path in (train_path, test_path))
    begin = time.process_time()
    x, x_test = encode([row[:-1] for row in train], [row[:-1] for row in test])
    regression, classes, options, standardise = MODELS[name]
    if standardise:
        spread = x.std(0)
        spread[spread == 0] = 1
        x_test = (x_test - x.mean(0)) / spread
        x = (x - x.mean(0)) / spread
    labels = sorted({row[-1] for row in train})
    if len(labels) == 2:
        y = np.array([row[-1] == labels[1] for row in train], int)
        more = {"max_iter": 1000} if name == "linear" else {}
        predicted = classes(**options, **more).fit(x, y).predict_proba(x_test)[:, 1]
    else:
        y = np.array([float(row[-1]) for row in train])
        middle, spread = (y.mean(), y.std()) if standardise else (0.0, 1.0)
        predicted = regression(**options).fit(x, (y - middle) / spread).predict(x_test) * spread + middle
    print(json.dumps({"seconds": time.process_time() - begin, "predictions": predicted.tolist()}))


if __name__ == "__main__":
    main()
