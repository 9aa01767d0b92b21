"""How fast PyTorch trains one network: the flags and the answers of bench_train."""

import dataclasses
import functools

import serving
from serving import cpu_seconds

try:
    import torch
    import torch_loop
    import torch_tables
    import bench_data
except ImportError:
    raise SystemExit("missing: python3-torch")

TRIAL_ROWS = 4096  # for each way, three times


@functools.lru_cache(maxsize=None)
def data(inputs):
    (x, y), (validation_x, validation_y) = bench_data.load(inputs)
    tensors = [torch.from_numpy(part) for part in (x, y, validation_x, validation_y)]
    return tensors


@functools.lru_cache(maxsize=1)
def half_data(inputs):
    x, y, validation_x, validation_y = data(inputs)
    return [x.bfloat16(), y, validation_x.bfloat16(), validation_y]


@functools.lru_cache(maxsize=1)
def table(name):
    return torch_tables.load(name)


def tensors_for(request, way):
    if request.table:
        return table(request.table)
    return half_data(request.widths[0]) if way.half_inputs else data(request.widths[0])


def start(request, way):
    torch.manual_seed(1)
    if request.table:
        model = torch_tables.build(request.table, table(request.table)[0].shape[1])
        return model, torch_tables.optimizer(request.table, model, way)
    model = torch_loop.build(request.widths, request.dropout, request.batch_norm)
    return model, torch_loop.optimizer(request.optimizer, model, way)


def trial_seconds(request, way):
    """Of a short part of an epoch: the better of two, after a warm-up."""
    x, y, _, _ = tensors_for(request, way)
    model, steps = start(request, way)
    times = []
    for _ in range(3):
        begin = cpu_seconds()
        torch_loop.train_epoch(model, steps, x, y, request.batch, request.precision, way, TRIAL_ROWS, loss_of(request))
        times.append(cpu_seconds() - begin)
    return min(times[1:])


@functools.lru_cache(maxsize=None)
def best_way(net, batch, precision, optimizer, dropout, batch_norm, table=None):
    """One choice after the other, each by trial."""
    request = serving.parser().parse_args([])
    request.widths = [int(width) for width in net.split("-")]
    request.batch, request.precision, request.optimizer = batch, precision, optimizer
    request.dropout, request.batch_norm, request.table = dropout, batch_norm, table
    way = torch_loop.Way()
    time = trial_seconds(request, way)
    choices = [{"foreach": True}, {"gather": "epoch"}] + [{"half_inputs": True}] * (precision == "bf16")
    for choice in choices:
        other = dataclasses.replace(way, **choice)
        other_time = trial_seconds(request, other)
        if other_time < time:
            way, time = other, other_time
    return way


def loss_of(request):
    return torch_tables.loss_of(request.table) if request.table else torch.nn.functional.cross_entropy


def evaluate(request, model, x, y):
    if request.table:
        torch_loop.evaluate_numbers(model, x, y, loss_of(request))
        return None
    return torch_loop.evaluate(model, x, y, request.precision)[1]


def measure(request):
    if request.table:
        request.batch = torch_tables.BATCH[request.table]
    way = best_way(
        request.net,
        request.batch,
        request.precision,
        request.optimizer,
        request.dropout,
        request.batch_norm,
        request.table,
    )
    x, y, validation_x, validation_y = tensors_for(request, way)
    model, steps = start(request, way)
    epochs = []
    while not epochs or (len(epochs) < request.epochs if request.epochs else sum(epochs) < request.seconds):
        begin = cpu_seconds()
        loss = torch_loop.train_epoch(model, steps, x, y, request.batch, request.precision, way, loss_of=loss_of(request))
        accuracy = evaluate(request, model, validation_x, validation_y)
        epochs.append(cpu_seconds() - begin)
        if not torch.isfinite(loss):
            raise ArithmeticError(f"diverged in epoch {len(epochs)}")
    return {
        "samples_per_cpu_s": len(x) * len(epochs) / sum(epochs),
        "epochs": len(epochs),
        "cpu_seconds": sum(epochs),
        "train_rows": len(x),
        "validation_rows": len(validation_x),
        "val_accuracy": accuracy,
        "way": dataclasses.asdict(way),
    }


if __name__ == "__main__":
    serving.run(f"PyTorch {torch.__version__}", measure)
