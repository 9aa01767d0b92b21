"""Sweeps of all tasks, preprocessings and data formats, with new rows to predict.

A case has the files of its data, its sweep file, and its new rows in three forms: a file for
`hpsearch predict`, the texts of the cells, and the inputs that an export takes, which are worked out
here from the values and not from the texts.
"""

import csv
import dataclasses
import datetime
import io
import itertools
import random
import struct

import numpy

TASKS = ("classification", "binary", "regression", "targets")
PREPROCESSINGS = ("none", "unit", "standardize", "mean_image", "channel_mean", "pca_whiten")
MODELS = (
    "{hidden: [7, 5], activation: [relu, tanh]}",
    "{hidden: [6], activation: maxout, maxout_pieces: 3, batch_norm: true}",
    "{hidden: [6, 4], activation: [elu, leaky_relu], alpha: 0.5, slope: 0.2}",
    "{hidden: [5, 5], activation: [sigmoid, maxout], bias: false}",
    "{hidden: []}",
    "{hidden: [9], activation: elu, alpha: 2, batch_norm: true, bn_epsilon: 1e-3}",
    "{hidden: [8, 6], activation: [linear, relu], batch_norm: true}",
    "{hidden: [7, 6], activation: [mish, silu], scaling: true}",
    "{hidden: [7, 6], activation: [gelu, selu], parametrization: ntk}",
)
EMBEDDED = (
    "{hidden: [7, 6], activation: [mish, selu], parametrization: ntk, scaling: true, embedding: ple, bins: 5}",
    "{hidden: [6], activation: maxout, batch_norm: true, embedding: ple_pbld, bins: 3, sigma: 0.2}",
    "{hidden: [], embedding: ple}",
    "{hidden: [5], activation: selu, scaling: true, embedding: pbld, frequencies: 5}",
)
NEW_ROWS = 25


@dataclasses.dataclass
class Case:
    name: str
    yaml: str
    files: dict  # bytes by name
    new: str  # the file of the new rows
    cells: list  # a dict of texts by column a row; or an array
    inputs: list = None  # a dict of numbers and texts by input a row; None where cells are an array
    marker: float = None  # a number that means a missing value, too
    networks: int = 1  # that the model has at least
    threshold: float = 0.5  # of the second of two classes


# Columns of a table: each gives pairs of a text and of the inputs that the text stands for.


def plain(random, new):
    x = round(random.gauss(1, 2), 3)
    text = random.choice([f"{x}", f"{x:+.3f}", f"{x:.3e}"]) if new else f"{x}"
    return text, {"": float(text)}


def with_gaps(random, new):
    if random.random() < 0.2:
        return random.choice(["", "NA", "-"]), {"": None}
    x = random.randint(-5, 5)
    return f"{x}", {"": float(x)}


def dollars(random, new):
    x = random.randint(100, 20000) / 10
    return f"${x:,.2f}", {"": x}


def percent(random, new):
    x = random.randint(0, 100)
    return f"{x} %", {"": float(x)}


def only_gaps(random, new):
    return ("5", {"": 5.0}) if random.random() < 0.7 else ("", {"": None})


def day_first(random, new):
    if random.random() < 0.15:
        return "", dict.fromkeys(["year", "month", "weekday", "day_of_year", "elapsed_days"])
    day = datetime.date(2018, 1, 1) + datetime.timedelta(random.randrange(1200))
    text = f"{day.day:02}.{day.month:02}.{day.year}"
    if new:
        forms = [f"{day.day}/{day.month}/{day.year}", f"{day:%d.%m.%y}", f"{day:%Y%m%d}"]
        forms += [day.isoformat(), f"{day:%d %b %Y}", f"{day:%B %d, %Y}", f"{day:%a, %d-%b-%y}"]
        text = random.choice(forms)
    return text, date_inputs(datetime.datetime.combine(day, datetime.time()))


def moment(random, new):
    at = datetime.datetime(2020, 3, 1) + datetime.timedelta(minutes=random.randrange(100_000))
    zone = random.choice([0, 90]) if new else 0
    text = f"{at:%Y-%m-%d %H:%M}"
    if new:
        text = f"{at:%Y-%m-%dT%H:%M:%S}+01:30" if zone else f"{at:%Y-%m-%d %I:%M %p}"
    inputs = date_inputs(at)
    inputs["elapsed_days"] -= zone / 1440
    return text, inputs


def clock(random, new):
    minute = random.randrange(1440)
    return f"{minute // 60:02}:{minute % 60:02}", {"hour": float(minute // 60), "elapsed_days": minute / 1440}


def date_inputs(at):
    return {
        "year": float(at.year),
        "month": float(at.month),
        "weekday": float(at.weekday()),
        "day_of_year": float(at.timetuple().tm_yday),
        "hour": float(at.hour),
        "elapsed_days": (at - datetime.datetime(1970, 1, 1)) / datetime.timedelta(1),
    }


def town(random, new):
    name = random.choice(["Paris", "Rome", "Århus", "New York", ""] + ["Oslo"] * new)
    text = random.choice([name, name.upper() + " ", name or "N/A"]) if new else name
    return text, {"": name}


def answer(random, new):
    text = random.choice(["no", "yes"] + ["perhaps", ""] * new)
    return (text.upper() if new and random.random() < 0.5 else text), {"": text}


def code(random, new):
    text = random.choice(["a", "d", "e", "zz", ""] if new else "abbcccdddddeeeeee")
    return (text.upper() if new and random.random() < 0.5 else text), {"": text}


COLUMNS = {
    "plain": plain,
    "with gaps": with_gaps,
    "price": dollars,
    "share": percent,
    "only gaps": only_gaps,
    "when": day_first,
    "at": moment,
    "clock": clock,
    "town": town,
    "ok?": answer,
    "code": code,
}
SMALL = ("plain", "with gaps", "only gaps", "town", "ok?", "code")  # values near 0, without scaling


def make_targets(random, task, score):
    noisy = score + random.gauss(0, 0.3)
    if task == "classification":
        return {"y": ("low", "mid, so", 'top "1"')[0 if noisy < -0.5 else 1 if noisy < 0.7 else 2]}
    if task == "binary":
        return {"y": "on" if noisy > 0 else "off"}
    if task == "regression":
        return {"y": f"{1000 + 50 * noisy:.3f}"}
    return {"y": f"{1000 + 50 * noisy:.3f}", "z": f"{3 * noisy**2 - 2:.4f}"}


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',;"') else text


def csv_bytes(rows, separator=",", header=True):
    lines = [separator.join(map(quoted, rows[0]))] if header else []
    lines += [separator.join(map(quoted, row.values())) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def sweep(task, preprocess, model, data, extra=""):
    kind = "regression" if task == "targets" else task
    target = {"targets": "target: [y, z], "}.get(task, "target: y, ")
    if "target" in extra or not data.endswith(".csv"):
        target = ""
    return (
        f"name: case\nseed: 3\nrun_cap: 2\nparallel: {{workers: 1}}\n"
        f"dataset: {{source: {data}, {target}task: {kind}, preprocess: {preprocess}, validation: 0.2, test: none{extra}}}\n"
        f"model: {model}\ntraining: {{epochs: 4, batch_size: 16}}\n"
        f"parameters: {{learning_rate: {{min: 0.005, max: 0.02, scale: log}}}}\n"
    )


def name_inputs(column, inputs):
    return {f"{column}.{part}" if part else column: value for part, value in inputs.items()}


def table(task, preprocess, model, seed):
    """A table with columns of every kind."""
    names = SMALL if preprocess == "none" else tuple(COLUMNS)
    rows, new, inputs = [], [], []
    draw = random.Random(seed)
    for i in range(150 + NEW_ROWS):
        fresh = i >= 150
        made = {name: COLUMNS[name](draw, fresh) for name in names}
        cells = {name: text for name, (text, _) in made.items()}
        if fresh:
            new.append(cells)
            inputs.append({k: v for name in names for k, v in name_inputs(name, made[name][1]).items()})
        else:
            score = made["plain"][1][""] + {"yes": 1, "no": -1}[cells["ok?"]]
            rows.append({**cells, **make_targets(draw, task, score)})
    dates = ", date: {when: day_first}" if "when" in names else ""
    order = list(names)
    draw.shuffle(order)
    shuffled = [{name: row[name] for name in order} for row in new]  # columns are found by their names
    return Case(
        f"table-{task}-{preprocess}",
        sweep(task, preprocess, model, "data.csv", ", max_levels: 3, columns: {categorical: [code]" + dates + "}"),
        {"data.csv": csv_bytes(rows), "new.csv": csv_bytes(shuffled)},
        "new.csv",
        new,
        inputs,
    )


def european():
    """Semicolons, decimal commas, missing values that the sweep file lists, and predictions out of range."""
    draw = random.Random(5)
    rows, new, inputs = [], [], []
    for i in range(150 + NEW_ROWS):
        a = draw.randint(-400000, 400000) / 100 * (10 if i % 3 == 0 and i >= 150 else 1)
        b = draw.choice([-999, 1, 2, 3, 4])
        kind = draw.choice(["x", "y", "unknown", "z"])
        cells = {
            "betrag": f"{a:,.2f}".translate(str.maketrans(",.", ".,")),
            "n": f"{b}",
            "art": kind,
        }
        if i < 150:
            y = a / 100 + (0 if b == -999 else b)
            rows.append({**cells, "y": f"{y:.2f}".replace(".", ",")})
        else:
            new.append(cells)
            inputs.append({"betrag": a, "n": None if b == -999 else float(b), "art": "" if kind == "unknown" else kind})
    return Case(
        "european",
        sweep("regression", "standardize", "{hidden: [6], clip_predictions: true}", "data.csv", ', missing: [-999, "unknown"]'),
        {"data.csv": csv_bytes(rows, ";"), "new.csv": csv_bytes(new, ";")},
        "new.csv",
        new,
        inputs,
        -999.0,
    )


def listed_number():
    """A list of numbers alone under `missing`: the usual words keep their meaning, also among levels with an `other`."""
    draw = random.Random(6)
    rows, new, inputs = [], [], []
    for i in range(150 + NEW_ROWS):
        n = draw.choice([-999, 1, 2, 3, 4, 5])
        kind = draw.choice(["x", "x", "x", "y", "y", "y", "z", "w", "NA"])
        cells = {"n": f"{n}", "art": kind}
        if i < 150:
            y = 10 * n * (n > 0) + {"x": 0, "y": 5, "NA": 20}.get(kind, -20)
            rows.append({**cells, "y": f"{y}.5"})
        else:
            new.append(cells)
            inputs.append({"n": None if n == -999 else float(n), "art": "" if kind == "NA" else kind})
    return Case(
        "listed_number",
        sweep("regression", "standardize", "{hidden: [6]}", "data.csv", ", missing: [-999], max_levels: 2"),
        {"data.csv": csv_bytes(rows), "new.csv": csv_bytes(new)},
        "new.csv",
        new,
        inputs,
        -999.0,
    )


def numbers(draw, rows):
    """A matrix with missing values in one column."""
    x = draw.normal(2, 3, (rows, 5))
    x[draw.random(rows) < 0.1, 3] = numpy.nan
    return x


def array_targets(task, score, draw):
    score = score + draw.normal(0, 0.2, len(score))
    if task == "classification":
        return numpy.digitize(score, [-0.5, 0.6]).astype(numpy.int64)
    if task == "binary":
        return (score > 0).astype(numpy.int64)
    if task == "regression":
        return 200 + 7 * score
    return numpy.stack([200 + 7 * score, score**2], axis=1)


def saved(**arrays):
    file = io.BytesIO()
    if list(arrays) == ["array"]:
        numpy.save(file, arrays["array"])
    else:
        numpy.savez(file, **arrays)
    return file.getvalue()


def text_of(x):
    return "" if numpy.isnan(x) else repr(float(x))


def arrays(task, preprocess, model, kind):
    """kind: npy, npz, image, bytes, or bare, a CSV file without a header."""
    draw = numpy.random.default_rng(11)
    everything = 150 + NEW_ROWS
    if kind in ("npy", "npz", "bare"):
        x = numbers(draw, everything)
        flat = x
    else:
        x = draw_bytes(draw, preprocess, (everything, 4, 3) if kind == "image" else (everything, 12))
        flat = x.reshape(everything, -1)
    score = numpy.nan_to_num(flat[:, 0] * 1.0)
    y = array_targets(task, (score - score.mean()) / score.std(), draw)
    old, new = x[:150], x[150:]
    columns = y.reshape(everything, -1)
    if kind == "bare":
        lines = [",".join([*map(text_of, row), *map(str, target)]) for row, target in zip(flat, columns)]
        files = {"data.csv": "\n".join(lines[:150]).encode(), "new.csv": "\n".join(lines[150:]).encode()}
        target = ", header: false, target: [5, 6]" if task == "targets" else ", header: false, target: 5"
        source, fresh = "data.csv", "new.csv"
    elif kind == "npy":
        files = {"data.npy": saved(array=numpy.hstack([flat, columns])[:150])}
        # The target's columns are there, and nothing reads them.
        files["new.npy"] = saved(array=numpy.hstack([flat, 0 * columns])[150:])
        target = ", target: [5, 6]" if task == "targets" else ", target: 5"
        source, fresh = "data.npy", "new.npy"
    else:
        files = {"data.npz": saved(X=old, y=y[:150]), "new.npz": saved(X=new, y=y[150:])}
        target = ""
        source, fresh = "data.npz", "new.npz"
    return Case(f"{kind}-{task}-{preprocess}", sweep(task, preprocess, model, source, target), files, fresh, flat[150:])


def draw_bytes(draw, preprocess, shape):
    """Without scaling, sums over larger bytes would have fewer digits in single precision than are compared."""
    return draw.integers(0, 16 if preprocess == "none" else 256, shape).astype(numpy.uint8)


def idx_bytes(array):
    return struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def idx(task, preprocess, model):
    draw = numpy.random.default_rng(12)
    x = draw_bytes(draw, preprocess, (180, 4, 4))
    y = (x[:, 0, 0].astype(int) * (2 if task == "binary" else 3) // (x.max() + 1)).astype(numpy.uint8)
    files = {
        "images/images-idx3-ubyte": idx_bytes(x[:150]),
        "images/labels-idx1-ubyte": idx_bytes(y[:150]),
        "new.npz": saved(X=x[150:], y=y[150:].astype(int)),
    }
    return Case(f"idx-{task}-{preprocess}", sweep(task, preprocess, model, "images"), files, "new.npz", x[150:].reshape(30, -1))


def builtin(source, columns, task, preprocess, model):
    draw = numpy.random.default_rng(13)
    x = draw.normal(0, 1, (NEW_ROWS, columns))
    x = x.astype(numpy.float32).astype(numpy.float64)
    files = {"new.npz": saved(X=x, y=numpy.arange(NEW_ROWS) % 2)}
    return Case(f"{source}-{preprocess}", sweep(task, preprocess, model, source), files, "new.npz", x)


def cases(everything=False):
    models = itertools.cycle(MODELS)
    for i, (preprocess, task) in enumerate(itertools.product(PREPROCESSINGS, TASKS)):
        forms = ["table", "bare", "npy", "npz", "image", "bytes"] + ["idx"] * (task in ("classification", "binary"))
        # A Latin square of the pairs; all of them only on request.
        for form in forms if everything else {"table", forms[(i + i // 4) % len(forms)]}:
            model = next(models)
            if form == "table":
                yield table(task, preprocess, model, seed=i)
            elif form == "idx":
                yield idx(task, preprocess, model)
            else:
                yield arrays(task, preprocess, model, form)
    yield european()
    yield listed_number()
    yield table("regression", "robust", MODELS[0], seed=40)
    for i, (task, model) in enumerate(zip(TASKS, itertools.cycle(EMBEDDED))):
        yield table(task, "robust", model, seed=41 + i)
    for i, (preprocess, model) in enumerate(zip(("standardize", "pca_whiten", "unit", "unit"), EMBEDDED)):
        yield arrays(TASKS[i], preprocess, model, ("npz", "bare", "bytes", "image")[i])
        yield table(TASKS[i], preprocess, model, seed=45 + i)
    yield from thresholds()
    yield from ensembles()
    for preprocess in PREPROCESSINGS if everything else ("none", "standardize"):
        yield builtin("spiral", 2, "classification", preprocess, next(models))
        yield builtin("logistic", 2, "binary", preprocess, next(models))
        yield builtin("linear-synthetic", 200, "regression", preprocess, next(models))


def thresholds():
    """Labels by a number, and by the second class's share of the training rows."""
    for i, rule in enumerate(("0.3", "share")):
        case = table("binary", ("robust", "standardize")[i], "{hidden: [6]}", seed=80 + i)
        rows = list(csv.DictReader(io.StringIO(case.files["data.csv"].decode())))
        case.name += " threshold: " + rule
        # Without a validation part, the rows to train on are known.
        split = "validation: validation.csv, test: none"
        kept, others = rows[:110], rows[110:]
        case.files["data.csv"], case.files["validation.csv"] = csv_bytes(kept), csv_bytes(others)
        case.yaml = case.yaml.replace("validation: 0.2, test: none", split + ", threshold: " + rule)
        if rule == "share":
            kept = [row for row in kept if row["y"] == "off"] + [row for row in kept if row["y"] == "on"][:15]
            case.files["data.csv"] = csv_bytes(kept)
            case.threshold = 15 / len(kept)
        else:
            case.threshold = float(rule)
        yield case


def ensembles():
    """Models of several networks: all tasks and embeddings, folds of either kind, and a choice among trials."""
    clipped = "{hidden: [7], activation: elu, clip_predictions: true, embedding: ple, bins: 4}"
    models = (EMBEDDED[1], EMBEDDED[3], clipped, MODELS[5])
    # Networks of one model differ in all that they have for themselves.
    own = "learning_rate: {min: 0.005, max: 0.02, scale: log}, "
    mixed = own + "embedding: {values: [none, ple, pbld]}, activation: {values: [elu, leaky_relu]}, alpha: {values: [0.5, 2]}"
    forms = (
        ("{folds: 3, refit: true}", "", "", 3),
        ("{folds: 3}", ", folds: 3", "", 3),
        ("{trials: 3, refit: true}", ", folds: 2", "", 2),
        ("{trials: 6, steps: 12}", "", mixed, 2),
    )
    for i, task in enumerate(TASKS):
        for kind in ("table", "npz", "image"):
            model, (ensemble, folds, parameters, networks) = models[i], forms[(i + len(kind)) % len(forms)]
            preprocess = ("pca_whiten", "standardize", "unit", "robust")[(i + len(kind)) % 4] if kind == "table" else "standardize"
            if parameters:
                model = "{hidden: [6], slope: 0.2, batch_norm: true}"
            case = table(task, preprocess, model, seed=60 + i) if kind == "table" else arrays(task, preprocess, model, kind)
            case.name += " ensemble: " + ensemble
            case.networks = networks
            # A split in folds needs no validation part.
            case.yaml = case.yaml.replace("validation: 0.2", "test: 0.1" + folds).replace(", test: none", "") + f"ensemble: {ensemble}\n"
            if parameters:
                case.yaml = case.yaml.replace("run_cap: 2", "run_cap: 6")
                case.yaml = case.yaml[: case.yaml.index("parameters:")] + f"parameters: {{{parameters}}}\nensemble: {ensemble}\n"
            yield case


# Pieces of which texts are made that may be numbers or dates, or look like them.
NUMBER_PIECES = (
    "1 12 123 1,234 1.234 0 000 . , ' - + ( ) $ € % kg e5 e-3 E US$ EUR °C 5 m/s inf NaN".split() + [" ", "\u00a0", "\u2212"]
)
DATE_PIECES = (
    "2020 1 12 31 02 29 20 - / . T Jan january Feb sept Mon Friday : 10:30 10:30:05.25 am PM Z +01:00 -0530 24:00 20200229 NA".split()
    + [" ", ", "]
)


def odd_cells(count=1500):
    """A table of numbers and dates in several styles, and new rows of which each has one odd cell."""
    draw = random.Random(21)
    rows, new = [], []
    for i in range(120 + count):
        a, day = draw.randint(-90000, 90000) / 4, datetime.date(2015, 1, 1) + datetime.timedelta(draw.randrange(2000))
        row = {
            "id": f"r{i}",
            "plain": f"{a / 1000:.3f}",
            "money": f"${abs(a) + 1000:,.2f}",
            "euro": f"{abs(a) + 1000:,.2f}".translate(str.maketrans(",.", ".,")),
            "mass": f"{a:.2f} kg",
            "dmy": f"{day:%d.%m.%Y}",
            "mdy": f"{day:%m/%d/%Y}",
        }
        if i < 120:
            rows.append({**row, "y": f"{a / 1000 + day.month:.3f}"})
            continue
        column = draw.choice(list(row)[1:])
        pieces = DATE_PIECES if column in ("dmy", "mdy") else NUMBER_PIECES
        row[column] = "".join(draw.choice(pieces) for _ in range(draw.randint(1, 5))).strip()
        new.append(row)
    return Case(
        "odd cells",
        sweep("regression", "standardize", "{hidden: []}", "data.csv", ", columns: {drop: [id], date: {dmy: day_first, mdy: month_first}}"),
        {"data.csv": csv_bytes(rows), "new.csv": csv_bytes(new)},
        "new.csv",
        new,
    )
