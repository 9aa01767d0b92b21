"""Networks for tables in PyTorch, as bench_tables.cpp trains them: an eager loop over one model.

The bins of `california` lie in memory as dense inputs, encoded once before the training. The periodic embedding of
`bank_add` is trained, so it is part of the model; its texts are one-hot inputs.
"""

import math

import numpy
import torch

ROWS = 16000
BINS = 32
NUMBERS = {"california": 8, "bank_add": 10}
LEVELS = (12, 4, 8, 3, 3, 3, 1, 10, 5, 3)  # a text of two levels is one input
BATCH = {"california": 256, "bank_add": 64}


def bins_of(x):
    """(rows, BINS) of one column: how far a value has come through each bin."""
    edges = numpy.quantile(x, numpy.linspace(0, 1, BINS + 1))
    return numpy.clip((x[:, None] - edges[:-1]) / numpy.diff(edges), 0, 1)


def load(name):
    """(x, y) to train on and (x, y) to validate by: one row in ten."""
    draw = numpy.random.default_rng(1)
    numbers = draw.normal(size=(ROWS, NUMBERS[name]))
    score = numbers[:, ::2].sum(1) + (numbers[:, 1::2] ** 2 - 1).sum(1)
    parts = [numbers]
    if name == "california":
        parts += [bins_of(column) for column in numbers.T]
        y = torch.tensor((score - score.mean()) / score.std(), dtype=torch.float32)[:, None]
    else:
        for levels in LEVELS:
            if levels == 1:
                parts.append(draw.integers(0, 2, (ROWS, 1)) * 2.0 - 1.0)
            else:
                parts.append(numpy.eye(levels)[draw.integers(0, levels, ROWS)])
        y = torch.tensor(score > 2)[:, None].float()
    x = torch.tensor(numpy.hstack(parts), dtype=torch.float32)
    train = ROWS - ROWS // 10
    return x[:train], y[:train], x[train:], y[train:]


class Ntk(torch.nn.Module):
    def __init__(self, inputs, outputs, last=False):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(outputs, inputs) if last else torch.randn(outputs, inputs))
        self.bias = torch.nn.Parameter(torch.zeros(outputs) if last else torch.randn(outputs))
        self.unit = 1 / math.sqrt(inputs)

    def forward(self, x):
        return torch.nn.functional.linear(x, self.weight * self.unit, self.bias)


class Periodic(torch.nn.Module):
    def __init__(self, numbers):
        super().__init__()
        self.numbers = numbers
        self.frequency = torch.nn.Parameter(0.1 * torch.randn(numbers, 16))
        self.phase = torch.nn.Parameter(math.pi * (2 * torch.rand(numbers, 16) - 1))
        self.weight = torch.nn.Parameter(torch.randn(numbers, 16, 3) / 4)
        self.bias = torch.nn.Parameter(torch.zeros(numbers, 1, 3))

    def forward(self, x):
        turns = x[:, : self.numbers, None] * self.frequency
        cosines = torch.cos(2 * math.pi * turns + self.phase).transpose(0, 1)
        waves = torch.baddbmm(self.bias, cosines, self.weight).transpose(0, 1)
        return torch.cat([x, waves.flatten(1)], 1)


class Scaling(torch.nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.factors = torch.nn.Parameter(torch.ones(inputs))

    def forward(self, x):
        return x * self.factors


def build(name, inputs):
    parts = []
    if name == "bank_add":
        parts.append(Periodic(NUMBERS[name]))
        inputs += 3 * NUMBERS[name]
    parts.append(Scaling(inputs))
    activation = torch.nn.Mish if name == "california" else torch.nn.SELU
    for width in (inputs, 128):
        parts += [Ntk(width, 128), activation(inplace=True), torch.nn.Dropout(0.15)]
    return torch.nn.Sequential(*parts, Ntk(128, 1, last=True))


def optimizer(name, model, way):
    rate = 0.02 if name == "california" else 0.006
    groups = []
    for part in model:
        if isinstance(part, Ntk):
            groups += [(part.weight, 1.0, 0.02), (part.bias, 0.1, 0.0)]
        elif isinstance(part, Scaling):
            groups.append((part.factors, 6.0, 0.0))
        elif isinstance(part, Periodic):
            groups += [(each, 0.1, 0.0) for each in (part.frequency, part.phase, part.weight)] + [(part.bias, 0.01, 0.0)]
    by_kind = {}
    for parameter, factor, decay in groups:
        by_kind.setdefault((factor, decay), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": p, "lr": rate * factor, "weight_decay": decay} for (factor, decay), p in by_kind.items()],
        betas=(0.9, 0.95),
        eps=1e-9,
        foreach=way.foreach,
    )


def loss_of(name):
    return torch.nn.functional.mse_loss if name == "california" else torch.nn.functional.binary_cross_entropy_with_logits
