"""Logistic regression on the breast-cancer data, as a script for W&B: config, log and summary.

hpsearch runs it without W&B: its stand-in for the package gives it the parameters and reports what it logs.
"""

import csv
import math
import pathlib
import random

import wandb

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "breast-cancer" / "breast-cancer.csv"


def load():
    with open(DATA, newline="") as file:
        rows = list(csv.reader(file))[1:]
    random.Random(1).shuffle(rows)
    columns = []
    for column in zip(*(map(float, row[:-1]) for row in rows)):
        mean = sum(column) / len(column)
        spread = math.sqrt(sum((value - mean) ** 2 for value in column) / len(column))
        columns.append([(value - mean) / spread for value in column])
    inputs = [[1.0, *row] for row in zip(*columns)]
    labels = [row[-1] == "malignant" for row in rows]
    return list(zip(inputs[:400], labels[:400])), list(zip(inputs[400:], labels[400:]))


def probability(weights, row):
    score = sum(weight * value for weight, value in zip(weights, row))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def evaluate(weights, rows):
    loss = 0.0
    correct = 0
    for row, label in rows:
        p = probability(weights, row)
        loss -= math.log(p if label else 1 - p)
        correct += (p > 0.5) == label
    return loss / len(rows), correct / len(rows)


def main():
    wandb.init(project="breast-cancer", config={"epochs": 10, "l2": 0.0, "optimizer": {"rate": 0.01, "momentum": 0.0}})
    config = wandb.config            # the sweep's parameters, and the defaults above for the others
    train, validation = load()
    weights = [0.0] * len(train[0][0])
    velocity = [0.0] * len(weights)
    best = 0
    for epoch in range(config.epochs):
        random.Random(epoch).shuffle(train)
        for row, label in train:
            error = probability(weights, row) - label
            for j, value in enumerate(row):
                slope = error * value + config.l2 * weights[j]
                velocity[j] = config.optimizer["momentum"] * velocity[j] - config.optimizer["rate"] * slope
                weights[j] += velocity[j]
        loss, accuracy = evaluate(weights, validation)
        best = max(best, accuracy)
        wandb.log({"epoch": epoch + 1, "train": {"loss": evaluate(weights, train)[0]},
                   "val": {"loss": loss, "accuracy": accuracy}})
    wandb.run.summary["best_accuracy"] = best


if __name__ == "__main__":
    main()
