"""Reads what hpsearch has found, and predicts with its models. One file; needs the standard library alone.

    trials(db)                     every trial of a sweep, with its parameters
    epochs(db)                     every epoch of a sweep
    Model(path).predict(rows)      what a network that hpsearch trained makes of new rows

With pandas, the first two are data frames, else lists of dicts. With NumPy, predictions are faster.
"""

import array
import contextlib
import datetime
import functools
import json
import math
import os
import pathlib
import sqlite3
import struct

try:
    import numpy
except ImportError:
    numpy = None
try:
    import pandas
except ImportError:
    pandas = None

__all__ = ["trials", "epochs", "Model"]


# ---- the database ----


def _query(db, sweep, sql):
    path = pathlib.Path(os.fspath(db)).resolve()
    if not path.exists():
        raise FileNotFoundError(f"{db}: there is no such database")
    with contextlib.closing(sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sweeps ORDER BY sweep_id")]
        if not names:
            raise ValueError(f"{db}: holds no sweep")
        if sweep is not None and sweep not in names:
            raise ValueError(f"{db}: has no sweep {sweep!r}; it has {', '.join(map(repr, names))}")
        name = names[-1] if sweep is None else sweep
        cursor = connection.execute(sql.format(view='"trials_' + name.replace('"', '""') + '"'), {"sweep": name})
        columns = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    if pandas is not None:
        return pandas.DataFrame.from_records(rows, columns=columns)
    return [dict(zip(columns, row)) for row in rows]


def trials(db, sweep=None):
    """One row a trial, in every state: trial, state, value, best_epoch, seconds, ... and each parameter.

    sweep: its name; the newest by default.
    """
    return _query(db, sweep, "SELECT * FROM {view} ORDER BY trial")


def epochs(db, sweep=None):
    """One row an epoch of every trial: trial, epoch, train_loss, val_loss, val_accuracy, ..."""
    return _query(db, sweep, "SELECT * FROM learning_curves WHERE sweep = :sweep ORDER BY trial, epoch")


# ---- numbers as tables write them ----

_DIGITS = frozenset("0123456789")
_CURRENCIES = (
    "US$ A$ C$ R$ $ € £ ¥ ₹ ₽ ₩ ₺ ₪ ฿ ₫ zł kr Rs USD EUR GBP JPY CHF CNY INR AUD CAD SEK NOK DKK PLN BRL".split()
)
_TYPOGRAPHY = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'", "\u2212": "-"})
_MISSING = frozenset("NaN nan NA N/A n/a #N/A <NA> null NULL None none - ? NaT".split())
_LARGEST = 3.4028234663852886e38  # of 32-bit floats


def _are_digits(text):
    return all(c in _DIGITS for c in text)


def _are_groups(text, group):
    parts = text.split(group)
    if not all(map(_are_digits, parts)):
        return False
    first, rest = len(parts[0]), [len(part) for part in parts[1:]]
    if not rest:
        return True
    leads = 1 <= first <= 3 and not text.startswith("0")
    threes = leads and all(n == 3 for n in rest)
    twos = leads and first <= 2 and len(rest) > 1 and rest[-1] == 3 and all(n == 2 for n in rest[:-1])
    return threes or twos


def _fits(digits, point, group):
    whole, mark, decimals = digits.rpartition(point)
    if not mark:
        whole = decimals
    elif not _are_digits(decimals) or not (whole or decimals):
        return False
    return _are_groups(whole, group) if group else _are_digits(whole)


def _read_number(text, point=".", group="", unit=""):
    """The number, or None for a text that is not written so."""
    text = text.translate(_TYPOGRAPHY).strip(" ")
    sign = 1.0
    signed = len(text) > 2 and text[0] == "(" and text[-1] == ")"
    if signed:
        sign, text = -1.0, text[1:-1].strip(" ")
    found = ""
    for turn in range(2):  # a sign stands before or behind the currency
        if not signed and text[:1] in ("-", "+") and text:
            sign, signed, text = (-sign if text[0] == "-" else sign), True, text[1:].strip(" ")
        if turn == 0:
            found = next((each for each in _CURRENCIES if text.startswith(each)), "")
            text = text[len(found) :].strip(" ") if found else text
    end = 0
    while end < len(text):
        inside = 0 < end < len(text) - 1 and text[end - 1] in _DIGITS and text[end + 1] in _DIGITS
        if text[end] not in _DIGITS and text[end] not in ".," and not (text[end] in " '" and inside):
            break
        end += 1
    digits, text = text[:end], text[end:]
    if not any(c in _DIGITS for c in digits):
        return None
    exponent = ""
    if text[:1] in ("e", "E") and text:
        behind = first = 2 if text[1:2] in ("-", "+") and len(text) > 1 else 1
        while behind < len(text) and text[behind] in _DIGITS:
            behind += 1
        if behind > first:
            exponent, text = text[:behind], text[behind:]
    text = text.strip(" ")
    if text:
        if len(text.encode()) > 12 or not all(c in "%/$" or ord(c) >= 0x80 or c.isalpha() for c in text):
            return None
        found += text
    if not _fits(digits, point, group) or not (found == unit or (found == "" and unit in _CURRENCIES)):
        return None
    plain = "".join("." if c == point else c for c in digits if c == point or c in _DIGITS)
    return sign * float(plain + exponent)


# ---- dates ----

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Scanner:
    def __init__(self, text):
        self.text, self.at = text, 0

    def peek(self):
        return self.text[self.at : self.at + 1]

    def at_end(self):
        return self.at == len(self.text)

    def take(self, c):
        there = self.peek() == c
        self.at += there
        return there

    def number(self, most):
        """The number and how many digits it has; None without digits, or with more."""
        begin = self.at
        while self.at - begin < most and self.peek() in _DIGITS and not self.at_end():
            self.at += 1
        count = self.at - begin
        if count == 0 or (not self.at_end() and self.peek() in _DIGITS):
            return None, count
        return int(self.text[begin : self.at]), count

    def word(self):
        begin = self.at
        while self.peek().isascii() and self.peek().isalpha():
            self.at += 1
        return self.text[begin : self.at].lower()

    def skip(self, characters):
        while not self.at_end() and self.peek() in characters:
            self.at += 1


def _month(word):
    for number, name in enumerate(_MONTHS, 1):
        if word in (name, name[:3]) or (number == 9 and word == "sept"):
            return number
    return 0


def _whole_year(year, digits):
    return year if digits == 4 else 2000 + year if year < 70 else 1900 + year


def _named_date(s, day=None):
    if not s.at_end() and s.peek() in _DIGITS:
        day, _ = s.number(2)
        if day is None:
            return None
        s.skip(",-/. ")
    word = s.word()
    if word[:3] in _WEEKDAYS and not _month(word):
        s.skip(",-/. ")
        if day is None and not s.at_end() and s.peek() in _DIGITS:
            return _named_date(s)
        word = s.word()
    month = _month(word)
    if not month or s.at_end():
        return None
    s.skip(",-/. ")
    number, digits = s.number(4)
    if number is not None and day is None and digits <= 2:
        day = number
        s.skip(",-/. ")
        number, digits = s.number(4)
    if number is None or digits not in (2, 4):
        return None
    return _whole_year(number, digits), month, 1 if day is None else day


def _numeric_date(s, order):
    first, digits = s.number(4)
    separator = s.peek()
    if first is None or separator not in ("-", "/", ".") or digits == 3:
        return None
    s.take(separator)
    second, seconds = s.number(2)
    if second is None:
        return None
    if not s.take(separator):
        return (first, second, 1) if digits == 4 and seconds == 2 and separator != "." else None
    third, last = s.number(4)
    if third is None or last == 3:
        return None
    if digits == 4:
        return (first, second, third) if last <= 2 else None
    if last not in (2, 4) or order == "year_first":
        return None
    year = _whole_year(third, last)
    return (year, second, first) if order == "day_first" else (year, first, second)


def _compact_date(s):
    text = s.text[:8]
    if len(text) < 8 or not _are_digits(text) or s.text[8:9] not in ("", "T", " "):
        return None
    s.at = 8
    return int(text[:4]), int(text[4:6]), int(text[6:])


def _time(s):
    """Seconds of the day and the zone's offset; None without a time, False for one such as 25:00."""
    hour, _ = s.number(2)
    if hour is None or not s.take(":"):
        return None
    minute, digits = s.number(2)
    if minute is None or digits != 2:
        return None
    seconds = 0.0
    if s.take(":"):
        second, digits = s.number(2)
        if second is None or digits != 2:
            return None
        seconds = float(second)
        if s.take("."):
            fraction, digits = s.number(9)
            if fraction is None:
                return None
            seconds += fraction / 10.0**digits
    s.skip(" ")
    valid = True
    word = s.word()
    if word in ("am", "pm"):
        valid = 1 <= hour <= 12
        hour = hour % 12 + (12 if word == "pm" else 0)
    elif word not in ("", "z", "utc", "gmt"):
        return None
    s.skip(" ")
    offset = 0.0
    if s.peek() in ("+", "-") and not s.at_end():
        sign = -60.0 if s.take("-") else 60.0
        s.take("+")
        zone, digits = s.number(4)
        if zone is None or digits % 2:
            return None
        minutes = zone // 100 * 60 + zone % 100 if digits == 4 else zone * 60
        if digits == 2 and s.take(":"):
            rest, _ = s.number(2)
            if rest is None:
                return None
            minutes += rest
        offset = sign * minutes
    valid = valid and hour <= 24 and minute <= 59 and seconds < 61.0
    valid = valid and (hour < 24 or (minute == 0 and seconds == 0.0))
    return (hour * 3600.0 + minute * 60.0 + seconds, offset) if valid else False


def _days(year, month, day):
    """Days from 1970-01-01 in the Gregorian calendar, for the year 0 too."""
    y = year - (month <= 2)
    era, of_era = divmod(y, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + day_of_year - 719468


def _is_day(year, month, day):
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    return 1 <= month <= 12 and 1 <= day <= (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _date_parts(day, seconds, offset, has_date=True):
    days = _days(*day)
    return {
        "year": day[0],
        "month": day[1],
        "weekday": (days + 3) % 7 if has_date else 0,
        "day_of_year": days - _days(day[0], 1, 1) + 1,
        "hour": math.floor(seconds / 3600.0),
        "elapsed_days": (days if has_date else 0.0) + (seconds - offset) / 86400.0,
    }


def _read_date(text, order):
    """The parts of a date, or None for a text that is not a date."""
    s = _Scanner(text)
    separated = any(c in "-/. :" for c in text) or _compact_date(s)
    if not 4 <= len(text.encode()) <= 40 or not any(c in _DIGITS for c in text) or not separated:
        return None
    s.at = 0
    time = _time(s)
    if time is not None and s.at_end():
        return _date_parts((1970, 1, 1), *time, has_date=False) if time else None
    s.at = 0
    day = _compact_date(s) or _numeric_date(s, order)
    if day is None:
        s.at = 0
        day = _named_date(s)
    if day is None:
        return None
    time = (0.0, 0.0)
    if not s.at_end():
        behind = s.take("T") or s.take(" ") or s.take(",")
        s.skip(" ")
        time = _time(s) if behind else None
        if not time or not s.at_end():
            return None
    return _date_parts(day, *time) if _is_day(*day) else None


# ---- levels ----


@functools.lru_cache(maxsize=100_000)
def _level_key(text):
    def lower(c):
        n = ord(c)
        ranges = ((0x41, 0x5A), (0xC0, 0xDE), (0x391, 0x3A9), (0x410, 0x42F))
        return chr(n + 0x20) if any(a <= n <= b for a, b in ranges) and n not in (0xD7, 0x3A2) else c

    for blank in "\t\n\r\u00a0":
        text = text.replace(blank, " ")
    return " ".join(part for part in "".join(map(lower, text)).split(" ") if part)


# ---- the model ----

_EMBEDDING = ("frequency", "phase", "weight", "bias")
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0] if len(content) >= 8 else len(content)
    if length > len(content) - 8:
        raise ValueError(f"{path}: is not a safetensors file")
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        values = array.array("f", content[8 + length + begin : 8 + length + end])
        if struct.pack("=H", 1) != struct.pack("<H", 1):
            values.byteswap()
        tensors[name] = (tensor["shape"], values)
    return metadata, tensors


def _single(number):
    """Rounded to 32 bits, as the network reads it; infinite beyond them."""
    return array.array("f", [number])[0] if -_LARGEST <= number <= _LARGEST else math.copysign(math.inf, number)


def _pairs(items):
    return zip(items, items[1:])


def _sigmoid(x):
    e = math.exp(-abs(x))
    return (1.0 if x > 0 else e) / (1.0 + e)


def _is_missing(cell):
    try:
        return cell is None or cell != cell or (pandas is not None and cell is pandas.NaT)
    except (TypeError, ValueError):  # pandas.NA
        return True


class Model:
    """A model file of hpsearch, such as hpsearch.db.files/sweep1/best.safetensors: a network, or an ensemble.

    columns: what a row needs; classes or targets: what the outputs are; metadata: where it comes from.
    """

    def __init__(self, path):
        self.metadata, tensors = _read_safetensors(path)
        if self.metadata.get("model") not in ("1", "2"):
            raise ValueError(f"{path}: was not written by this version of hpsearch; train the model again")
        entry = lambda key, default="null": json.loads(self.metadata.get(key, default))
        self.task = self.metadata["task"]
        self.classes = entry("classes", "[]")
        self.targets = entry("target_names", "[]")
        self._threshold = entry("threshold", "0.5")
        self._pipeline = entry("pipeline")
        self._scaling = entry("scaling")
        self._features = int(self.metadata["features"])
        whitening = tensors.pop("preprocess.whitening", None)
        self._whitening = None if self.metadata["preprocess"] != "pca_whiten" else whitening[1]
        for key in ("scale", "shift"):
            if "preprocess." + key in tensors:
                self._scaling[key] = list(tensors.pop("preprocess." + key)[1])
        if self.metadata["model"] == "1":
            keys = ("settings", "target_scaling", "bins", "embedded")
            self._networks = [(1.0, _Network({key: entry(key) for key in keys}, tensors))]
        else:
            self._networks = []
            for m, member in enumerate(entry("members")):
                prefix = f"members.{m}."
                own = {name[len(prefix) :]: each for name, each in tensors.items() if name.startswith(prefix)}
                self._networks.append((member["share"], _Network(member, own)))
        if self._pipeline is not None:
            self.columns = [c["name"] for c in self._pipeline["columns"] if "centre" in c]
            missing = self._pipeline["reading"].get("missing")
            self._listed = frozenset(missing or ())
            self._listed_numbers = frozenset(n for n in map(_read_number, self._listed) if n is not None)
            # A list of numbers alone says nothing about words.
            words = missing is None or (missing and all(_read_number(each) is not None for each in missing))
            self._soft_levels = _MISSING if words else frozenset()
        else:
            self.columns = [str(i) for i in range(self._features)]

    def predict(self, rows):
        """One prediction a row: a class, a number, or a list of numbers for several targets.

        The class is the most probable one; with `dataset.threshold`, the second where its probability is above that.

        rows: dicts by column, a data frame, or sequences in the order of the table's columns. A cell is a
        text as the table has it, a number, or a date; None, NaN or an empty text is a missing value.
        """
        answers = self._answers(rows)
        if self.task == "regression":
            return [row[0] if len(row) == 1 else row for row in answers]
        if self.task == "binary":
            return [self.classes[row[1] > self._threshold] for row in answers]
        return [self.classes[max(range(len(row)), key=row.__getitem__)] for row in answers]

    def probabilities(self, rows):
        """For each row the probability of each of `classes`."""
        if self.task == "regression":
            raise ValueError("a regression has no probabilities; call predict()")
        return self._answers(rows)

    def _answers(self, rows):
        """Probabilities, or the numbers of a regression: one list a row, the weighted mean of all networks."""
        features = self._features_of(rows)
        if not features:
            return []
        if self._whitening is not None:
            features = self._whitened(features)
        answers = [[0.0] * self._width() for _ in features]
        for share, network in self._networks:
            for answer, outputs in zip(answers, network.outputs(features)):
                for i, value in enumerate(self._values(network, outputs)):
                    answer[i] += share * value
        return answers

    def _width(self):
        return len(self._networks[0][1].mean) if self.task == "regression" else len(self.classes)

    def _values(self, network, outputs):
        """What a network's outputs mean for one row."""
        if self.task == "regression":
            return network.in_own_units(outputs)
        if self.task == "binary":
            return [_sigmoid(-outputs[0]), _sigmoid(outputs[0])]
        largest = max(outputs)
        weights = [math.exp(z - largest) for z in outputs]
        total = sum(weights)
        return [weight / total for weight in weights]

    # -- from rows to features --

    def _column(self, rows, name, index):
        if pandas is not None and isinstance(rows, pandas.DataFrame):
            if name not in rows.columns:
                raise ValueError(f"there is no column {name!r}")
            return rows[name].tolist()
        try:
            return [row[name] if hasattr(row, "keys") else row[index] for row in rows]
        except KeyError:
            raise ValueError(f"there is no column {name!r}") from None

    def _position(self, rows, name):
        """Where a column stands in rows that are sequences."""
        if len(rows) == 0 or hasattr(rows[0], "keys"):
            return None
        names = self._pipeline["table_columns"]
        if len(rows[0]) != len(names):
            names = [each for each in names if each not in self._pipeline["target"]["names"]]
        if len(rows[0]) != len(names):
            raise ValueError(f"a row has {len(rows[0])} cells, but the table has {len(names)} columns of features")
        return names.index(name)

    def _features_of(self, rows):
        """(rows, features), as the network reads them."""
        if not (pandas is not None and isinstance(rows, pandas.DataFrame)) and not hasattr(rows, "shape"):
            rows = list(rows)
        if self._pipeline is None:
            return self._scale_array(rows)
        frame = pandas is not None and isinstance(rows, pandas.DataFrame)
        features = []
        for column in self._pipeline["columns"]:
            if "centre" not in column:
                continue
            index = None if frame else self._position(rows, column["name"])
            cells = self._column(rows, column["name"], index)
            values = [self._cell(column, cell, row) for row, cell in enumerate(cells)]
            for i, (centre, factor) in enumerate(zip(column["centre"], column["factor"])):
                scaled = [(value[i] - centre) * factor for value in values]
                if column.get("bends") and i < self._value_count(column):
                    scaled = [z / math.sqrt(1.0 + (z / 3.0) ** 2) for z in scaled]
                features.append([_single(z) for z in scaled])
        return [list(row) for row in zip(*features)]

    def _cell(self, column, cell, row):
        """The unscaled features of one cell."""
        if not _is_missing(cell) and hasattr(cell, "item"):  # of NumPy
            cell = cell.item()
        if isinstance(cell, str):
            cell = cell.strip(" \t")
        missing = _is_missing(cell) or cell == "" or self._is_listed(cell)
        if column["kind"] == "category":
            return self._category(column, cell, missing)
        read = self._date if column["kind"] == "date" else self._number
        values = None if missing else read(column, cell)
        if values is None and not missing:
            if not (isinstance(cell, str) and cell in _MISSING):
                raise ValueError(f"row {row}: {cell!r} in column {column['name']!r} is not a {column['kind']}")
            missing = True
        values = list(column["fill"][: self._value_count(column)]) if missing else values
        return values + ([float(missing)] if column["missing_flag"] else [])

    def _is_listed(self, cell):
        if not self._listed:
            return False
        if isinstance(cell, str):
            return cell in self._listed or (bool(self._listed_numbers) and _read_number(cell) in self._listed_numbers)
        return isinstance(cell, (int, float)) and cell in self._listed_numbers

    @staticmethod
    def _value_count(column):
        return len(column["parts"]) if column["kind"] == "date" else int(column["value"])

    def _number(self, column, cell):
        number = cell
        if isinstance(cell, str):
            number = _read_number(cell, column["point"], column["group"], column["unit"])
        if not isinstance(number, (int, float)) or not abs(number) <= _LARGEST:
            return None
        return [float(number)] if column["value"] else []

    def _date(self, column, cell):
        parts = None
        if isinstance(cell, int):  # 20240229
            cell = str(cell)
        if isinstance(cell, str):
            parts = None if cell in _MISSING else _read_date(cell, column["order"])
        elif isinstance(cell, (datetime.date, datetime.time)):  # a datetime is a date too
            parts = _read_date(cell.isoformat(), "year_first")
        return None if parts is None else [float(parts[part]) for part in column["parts"]]

    def _category(self, column, cell, missing):
        levels = column["levels"]
        level = None
        if not missing:
            whole = isinstance(cell, float) and cell.is_integer()
            text = str(int(cell)) if whole else str(cell)
            keys = self._keys(column)
            level = keys.get(_level_key(text), len(levels) if text not in self._soft_levels else None)
        if column["one_feature"]:
            return [float(level) if level in (0, 1) else column.get("unknown", 0.0)]
        return [float(level == i) for i in range(len(levels) + bool(column["other"]))]

    @staticmethod
    def _keys(column):
        if "keys" not in column:
            column["keys"] = {_level_key(level): i for i, level in enumerate(column["levels"])}
        return column["keys"]

    def _scale_array(self, rows):
        n = self._features
        scaling = self._scaling
        result = []
        each = lambda value: value if isinstance(value, list) else [value] * n
        if scaling["numbers"] == "bytes":
            scale, shift = each(scaling["scale"]), each(scaling["shift"])
            use = lambda x, i: _single(float(x) * scale[i] + shift[i])
        else:
            centre, factor, fill = scaling["centre"], scaling["factor"], scaling["fill"]
            use = lambda x, i: _single(((fill[i] if _is_missing(x) else _single(float(x))) - centre[i]) * factor[i])
        for row in rows:
            if hasattr(row, "reshape"):
                row = row.reshape(-1)
            if len(row) != n:
                raise ValueError(f"a row has {len(row)} numbers, but the network reads {n}")
            result.append([use(x, i) for i, x in enumerate(row)])
        return result

    def _whitened(self, features):
        n = self._features
        if numpy is not None:
            return (numpy.array(features) @ numpy.array(self._whitening).reshape(n, n).T).tolist()
        turn = [self._whitening[k * n : k * n + n] for k in range(n)]
        return [[sum(w * v for w, v in zip(each, row)) for each in turn] for row in features]


class _Network:
    """One network, which a model may hold several of: from features to outputs."""

    def __init__(self, entries, tensors):
        """entries: what the file's metadata says of it; tensors: its own."""
        self._settings = entries["settings"]
        scaling = entries.get("target_scaling") or {"mean": [], "deviation": []}
        self.mean, self._deviation = scaling["mean"], scaling["deviation"]
        self._ranges = list(zip(scaling["least"], scaling["most"])) if "least" in scaling else None
        edges = iter(tensors.get("preprocess.edges", (None, ()))[1])
        bins = entries.get("bins") or {"inputs": [], "edges": []}
        self._bins = [
            (i, low, high)
            for i, count in zip(bins["inputs"], bins["edges"])
            for low, high in _pairs([next(edges) for _ in range(count)])
        ]
        self._embedded = entries.get("embedded") or []
        self._embedding = {key: tensors["embedding." + key] for key in _EMBEDDING if self._embedded}
        self._factors = tensors.get("scaling", (None, None))[1]
        self._layers = self._make_layers(tensors)

    def _make_layers(self, tensors):
        activation = self._settings.get("activation", "relu")
        layers = []
        while f"layers.{len(layers)}.weight" in tensors:
            name = f"layers.{len(layers)}."
            layer = {key[len(name) :]: value for key, value in tensors.items() if key.startswith(name)}
            shape = layer["weight"][0]
            each = activation if isinstance(activation, str) else (activation + ["linear"])[len(layers)]
            layers.append((shape[0], shape[1] if len(shape) == 3 else 1, shape[-1], layer, each))
        layers[-1] = layers[-1][:4] + ("linear",)
        return layers

    def outputs(self, features):
        """One list a row: logits, or numbers that in_own_units() takes."""
        return self._run_numpy(features) if numpy is not None else [self._run(row) for row in features]

    def in_own_units(self, outputs):
        if self._ranges is not None:
            outputs = [min(max(z, least), most) for z, (least, most) in zip(outputs, self._ranges)]
        return [z * deviation + mean for z, deviation, mean in zip(outputs, self._deviation, self.mean)]

    def _run_numpy(self, features):
        x = numpy.array(features)
        parts = [x]
        if self._embedded:
            frequency, phase, weight, bias = (
                numpy.array(values, float).reshape(shape) for shape, values in self._embedding.values()
            )
            cosines = numpy.cos(2.0 * math.pi * x[:, self._embedded, None] * frequency + phase)
            waves = numpy.einsum("rik,ijk->rij", cosines, weight) + bias
            parts.append(waves.reshape(len(x), -1))
        if self._bins:
            inputs, low, high = (numpy.array(each) for each in zip(*self._bins))
            parts.append(numpy.clip((x[:, inputs] - low) / (high - low), 0.0, 1.0))
        x = numpy.hstack(parts)
        if self._factors is not None:
            x = x * numpy.array(self._factors)
        for inputs, pieces, units, layer, activation in self._layers:
            get = lambda key: numpy.array(layer[key][1], float)
            x = x @ get("weight").reshape(inputs, pieces * units) + get("bias")
            if "norm.gamma" in layer:
                deviation = numpy.sqrt(get("norm.running_variance") + self._settings.get("bn_epsilon", 1e-5))
                x = (x - get("norm.running_mean")) * (get("norm.gamma") / deviation) + get("norm.beta")
            x = x.reshape(-1, pieces, units).max(axis=1)
            x = self._activate_numpy(activation, x)
        return x.tolist()

    def _activate_numpy(self, activation, x):
        if activation == "relu":
            return numpy.maximum(x, 0.0)
        if activation == "tanh":
            return numpy.tanh(x)
        if activation == "sigmoid":
            e = numpy.exp(-abs(x))
            return numpy.where(x > 0, 1.0, e) / (1.0 + e)
        if activation == "step":
            return (x > 0) * 1.0
        if activation == "leaky_relu":
            return numpy.where(x > 0, x, self._settings.get("slope", 0.01) * x)
        if activation == "elu":
            return numpy.where(x > 0, x, self._settings.get("alpha", 1.0) * numpy.expm1(numpy.minimum(x, 0.0)))
        if activation == "mish":
            return x * numpy.tanh(numpy.logaddexp(0.0, x))
        if activation == "silu":
            return x * self._activate_numpy("sigmoid", x)
        if activation == "gelu":
            return 0.5 * x * numpy.vectorize(math.erfc)(-x / math.sqrt(2.0))
        if activation == "selu":
            return _SELU_SCALE * numpy.where(x > 0, x, _SELU_ALPHA * numpy.expm1(numpy.minimum(x, 0.0)))
        return x

    def _run(self, x):
        bins = [min(max((x[i] - low) / (high - low), 0.0), 1.0) for i, low, high in self._bins]
        x = x + self._waves(x) + bins
        if self._factors is not None:
            x = [value * factor for value, factor in zip(x, self._factors)]
        for inputs, pieces, units, layer, activation in self._layers:
            columns = pieces * units
            z = list(layer["bias"][1])
            weight = layer["weight"][1]
            for i, value in enumerate(x):
                if value:
                    z = [a + value * w for a, w in zip(z, weight[i * columns : (i + 1) * columns])]
            if "norm.gamma" in layer:
                gamma, beta, mean, variance = (
                    layer["norm." + key][1] for key in ("gamma", "beta", "running_mean", "running_variance")
                )
                epsilon = self._settings.get("bn_epsilon", 1e-5)
                z = [(a - m) * (g / math.sqrt(v + epsilon)) + b for a, g, b, m, v in zip(z, gamma, beta, mean, variance)]
            z = [max(z[j::units]) for j in range(units)]
            x = [self._activate(activation, a) for a in z]
        return x

    def _waves(self, x):
        """The periodic embeddings of one row."""
        if not self._embedded:
            return []
        (_, frequencies), frequency = self._embedding["frequency"]
        phase, weight, bias = (self._embedding[key][1] for key in _EMBEDDING[1:])
        waves = []
        for i, feature in enumerate(self._embedded):
            at = range(i * frequencies, (i + 1) * frequencies)
            cosines = [math.cos(2.0 * math.pi * frequency[k] * x[feature] + phase[k]) for k in at]
            for j in range(3 * i, 3 * i + 3):
                own = weight[j * frequencies : (j + 1) * frequencies]
                waves.append(sum(w * c for w, c in zip(own, cosines)) + bias[j])
        return waves

    def _activate(self, activation, x):
        if activation == "relu":
            return max(x, 0.0)
        if activation == "tanh":
            return math.tanh(x)
        if activation == "sigmoid":
            return _sigmoid(x)
        if activation == "step":
            return float(x > 0)
        if activation == "leaky_relu":
            return x if x > 0 else self._settings.get("slope", 0.01) * x
        if activation == "elu":
            return x if x > 0 else self._settings.get("alpha", 1.0) * math.expm1(x)
        if activation == "mish":
            return x * math.tanh(x if x > 40.0 else math.log1p(math.exp(x)))
        if activation == "silu":
            return x * _sigmoid(x)
        if activation == "gelu":
            return 0.5 * x * math.erfc(-x / math.sqrt(2.0))
        if activation == "selu":
            return _SELU_SCALE * (x if x > 0 else _SELU_ALPHA * math.expm1(x))
        return x
