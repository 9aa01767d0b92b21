"""PyTorch's training loop, tuned: tensors in memory, no DataLoader, one thread, denormals flushed.

Several ways of writing it are faster on one network and slower on another: `Way`.
"""

import contextlib
import dataclasses

import torch

torch.set_num_threads(1)
torch.set_flush_denormal(True)

EVALUATION_ROWS = 2000  # at once


@dataclasses.dataclass(frozen=True)
class Way:
    foreach: bool = False  # the optimizer updates all tensors with one call
    gather: str = "batch"  # rows are gathered for each batch, or all of them once an `epoch`
    half_inputs: bool = False  # of bf16: the features lie in memory as bfloat16


def build(widths, dropout=0.0, batch_norm=False):
    layers = []
    for inputs, outputs in zip(widths[:-2], widths[1:-1]):
        layers.append(torch.nn.Linear(inputs, outputs))
        if batch_norm:
            layers.append(torch.nn.BatchNorm1d(outputs))
        layers.append(torch.nn.ReLU(inplace=True))
        if dropout > 0:
            layers.append(torch.nn.Dropout(dropout))
    layers.append(torch.nn.Linear(widths[-2], widths[-1]))
    return torch.nn.Sequential(*layers)


def optimizer(name, model, way, learning_rate=None, l2=0.0):
    if name == "adam":
        return torch.optim.Adam(model.parameters(), learning_rate or 0.001, weight_decay=l2, foreach=way.foreach)
    return torch.optim.SGD(model.parameters(), learning_rate or 0.01, 0.9, weight_decay=l2, foreach=way.foreach)


def cast(precision):
    """Products in bfloat16 with float32 weights, or nothing."""
    return torch.autocast("cpu", dtype=torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()


def batches(x, y, batch, way, limit):
    order = torch.randperm(len(x))[:limit]
    if way.gather == "epoch":
        yield from zip(x[order].split(batch), y[order].split(batch))
    else:
        for rows in order.split(batch):
            yield x[rows], y[rows]


def train_epoch(model, steps, x, y, batch, precision, way, limit=None, loss_of=torch.nn.functional.cross_entropy):
    """The mean training loss of one epoch, or of its first `limit` rows, as a tensor."""
    model.train()
    total = torch.zeros(())
    for features, classes in batches(x, y, batch, way, limit):
        with cast(precision):
            loss = loss_of(model(features), classes)
        steps.zero_grad(set_to_none=True)
        loss.backward()
        steps.step()
        total += loss.detach() * len(classes)
    return total / min(len(x), limit or len(x))


@torch.no_grad()
def evaluate(model, x, y, precision):
    """Mean loss and accuracy."""
    model.eval()
    loss = torch.zeros(())
    correct = torch.zeros((), dtype=torch.int64)
    for features, classes in zip(x.split(EVALUATION_ROWS), y.split(EVALUATION_ROWS)):
        with cast(precision):
            outputs = model(features)
        loss += torch.nn.functional.cross_entropy(outputs.float(), classes, reduction="sum")
        correct += (outputs.argmax(1) == classes).sum()
    return loss.item() / len(x), correct.item() / len(x)


@torch.no_grad()
def evaluate_numbers(model, x, y, loss_of):
    """The mean loss."""
    model.eval()
    loss = torch.zeros(())
    for features, targets in zip(x.split(EVALUATION_ROWS), y.split(EVALUATION_ROWS)):
        loss += loss_of(model(features), targets, reduction="sum")
    return loss.item() / len(x)
