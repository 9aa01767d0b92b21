"""A whole search by Optuna and PyTorch: 16 random trials of 784-256-10 on Fashion-MNIST, in one process.

    optuna_search.py [--trials 16] [--epochs 3] [--batch 256] [--precision f32]

Prints one line of JSON when it is done. Trials are kept in memory, which is faster than a file.
"""

import argparse
import json

try:
    import optuna
except ImportError:
    raise SystemExit("missing: python3-optuna")
try:
    import torch
    import torch_loop
    import bench_data
except ImportError:
    raise SystemExit("missing: python3-torch")

flags = argparse.ArgumentParser()
flags.add_argument("--trials", type=int, default=16)
flags.add_argument("--epochs", type=int, default=3)
flags.add_argument("--batch", type=int, default=256)
flags.add_argument("--precision", choices=("f32", "bf16"), default="f32")
request = flags.parse_args()

# The fastest way at this network and batch, by torch_train.py.
way = torch_loop.Way(foreach=False, gather="batch", half_inputs=request.precision == "bf16")
x, y = (torch.from_numpy(part) for part in bench_data.fashion("train"))
test_x, test_y = (torch.from_numpy(part) for part in bench_data.fashion("t10k"))
if way.half_inputs:
    x, test_x = x.bfloat16(), test_x.bfloat16()


def objective(trial):
    learning_rate = trial.suggest_float("learning_rate", 1e-3, 0.3, log=True)
    l2 = trial.suggest_float("l2", 1e-6, 1e-2, log=True)
    torch.manual_seed(trial.number)
    model = torch_loop.build([784, 256, 10])
    steps = torch_loop.optimizer("sgd", model, way, learning_rate, l2)
    best = 0.0
    for _ in range(request.epochs):
        torch_loop.train_epoch(model, steps, x, y, request.batch, request.precision, way)
        _, accuracy = torch_loop.evaluate(model, test_x, test_y, request.precision)
        best = max(best, accuracy)
    return best


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=1))
study.optimize(objective, n_trials=request.trials)
print(json.dumps({"best": study.best_value, "trials": len(study.trials)}))
