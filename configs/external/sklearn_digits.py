"""A linear classifier of handwritten digits by scikit-learn, which reports after each epoch.

By hand: python3 sklearn_digits.py --alpha=1e-4 --eta0=0.01
"""

import argparse
import json
import os

import numpy
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float, default=1e-4)
parser.add_argument("--eta0", type=float, default=0.01)
parser.add_argument("--penalty", default="l2")
parser.add_argument("--average", type=lambda word: word == "True", default=False)  # as Python writes it
parser.add_argument("--epochs", type=int, default=12)
args = parser.parse_args()

images, digits = load_digits(return_X_y=True)
train_x, val_x, train_y, val_y = train_test_split(images / 16, digits, test_size=0.25, random_state=0, stratify=digits)
seed = int(os.environ.get("HPSEARCH_SEED", 0)) % 2**32      # one per trial, the same when the trial runs again
order = numpy.random.default_rng(seed)
model = SGDClassifier(loss="log_loss", penalty=args.penalty, alpha=args.alpha, learning_rate="constant", eta0=args.eta0,
                      average=args.average, random_state=seed)

for epoch in range(1, args.epochs + 1):
    rows = order.permutation(len(train_x))
    model.partial_fit(train_x[rows], train_y[rows], classes=range(10))
    # A JSON object alone on a line is a report. flush: a sweep sees it now, and not when the program ends.
    print(json.dumps({
        "epoch": epoch,
        "val_loss": log_loss(val_y, model.predict_proba(val_x), labels=range(10)),
        "val_accuracy": model.score(val_x, val_y),
    }), flush=True)
