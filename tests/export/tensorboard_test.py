#!/usr/bin/env python3
"""hpsearch export --format tensorboard: the records, messages and numbers that TensorBoard finds.

The messages are built here from the field numbers that TensorFlow and TensorBoard publish
(tensorflow/core/util/event.proto, core/framework/summary.proto, tensor.proto, tensor_shape.proto,
tensorboard/plugins/hparams/plugin_data.proto and api.proto); the truth is the database itself, read
by sqlite3. Usage: tensorboard_test.py PROGRAM; ends with 77 where protobuf is not installed.
"""

import datetime
import json
import math
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
try:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2
except ImportError:
    print("skipped: python3-protobuf is not installed")
    sys.exit(77)

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()

SWEEP = """\
name: board
seed: 2
run_cap: 10
dataset: {source: digits}
training: {epochs: 4, batch_size: 32}
parameters:
  learning_rate: {min: 1e-3, max: 1e+12, scale: log}
  dropout: {values: [[0.1, 0.2], [0, 0]]}
  hidden1: {min: 16, max: 64, scale: log}
  hidden2: {value: 8}
  batch_norm: {values: [true, false]}
  optimizer: {values: [sgd, adam]}
"""

F = descriptor_pb2.FieldDescriptorProto
MESSAGES = {  # name: {field: (number, type, repeated)}; a string type names a message
    "PluginData": {"plugin_name": (1, F.TYPE_STRING), "content": (2, F.TYPE_BYTES)},
    "SummaryMetadata": {"plugin_data": (1, "PluginData")},
    "Dim": {"size": (1, F.TYPE_INT64)},
    "TensorShape": {"dim": (2, "Dim", True)},
    "Tensor": {"dtype": (1, F.TYPE_INT32), "tensor_shape": (2, "TensorShape")},
    "Value": {
        "tag": (1, F.TYPE_STRING),
        "simple_value": (2, F.TYPE_FLOAT),
        "tensor": (8, "Tensor"),
        "metadata": (9, "SummaryMetadata"),
    },
    "Summary": {"value": (1, "Value", True)},
    "Event": {
        "wall_time": (1, F.TYPE_DOUBLE),
        "step": (2, F.TYPE_INT64),
        "file_version": (3, F.TYPE_STRING),
        "summary": (5, "Summary"),
    },
    "Interval": {"min_value": (1, F.TYPE_DOUBLE), "max_value": (2, F.TYPE_DOUBLE)},
    "HParamInfo": {
        "name": (1, F.TYPE_STRING),
        "type": (4, F.TYPE_INT32),
        "domain_discrete": (5, "google.protobuf.ListValue"),
        "domain_interval": (6, "Interval"),
    },
    "MetricName": {"group": (1, F.TYPE_STRING), "tag": (2, F.TYPE_STRING)},
    "MetricInfo": {"name": (1, "MetricName"), "dataset_type": (5, F.TYPE_INT32)},
    "Experiment": {
        "description": (1, F.TYPE_STRING),
        "time_created_secs": (3, F.TYPE_DOUBLE),
        "hparam_infos": (4, "HParamInfo", True),
        "metric_infos": (5, "MetricInfo", True),
        "name": (6, F.TYPE_STRING),
    },
    "HParam": {"key": (1, F.TYPE_STRING), "value": (2, "google.protobuf.Value")},  # a map's entry
    "SessionStartInfo": {
        "hparams": (1, "HParam", True),
        "group_name": (4, F.TYPE_STRING),
        "start_time_secs": (5, F.TYPE_DOUBLE),
    },
    "SessionEndInfo": {"status": (1, F.TYPE_INT32), "end_time_secs": (2, F.TYPE_DOUBLE)},
    "HParamsPluginData": {
        "version": (1, F.TYPE_INT32),
        "experiment": (2, "Experiment"),
        "session_start_info": (3, "SessionStartInfo"),
        "session_end_info": (4, "SessionEndInfo"),
    },
}


def make_messages():
    file = descriptor_pb2.FileDescriptorProto(name="board.proto", package="board", syntax="proto2")
    file.dependency.append("google/protobuf/struct.proto")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, *repeated) in fields.items():
            label = F.LABEL_REPEATED if repeated else F.LABEL_OPTIONAL
            new = message.field.add(name=field, number=number, label=label)
            if isinstance(kind, str):
                new.type = F.TYPE_MESSAGE
                new.type_name = "." + (kind if "." in kind else "board." + kind)
            else:
                new.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return {n: factory.GetPrototype(pool.FindMessageTypeByName("board." + n)) for n in MESSAGES}


MESSAGE = make_messages()


def crc32c(data):
    """CRC-32C bit by bit, as in RFC 3720."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def strict(kind, data):
    """Parses a message; fails if it has an unknown field."""
    message = MESSAGE[kind].FromString(data)
    assert len(message.SerializeToString()) == len(data), message
    check_known(message)
    return message


def check_known(message):
    assert not len(message.UnknownFields()), message
    for field, value in message.ListFields():
        if field.type == F.TYPE_MESSAGE:
            for item in value if field.label == F.LABEL_REPEATED else [value]:
                if item.DESCRIPTOR.full_name.startswith("board."):
                    check_known(item)


def events_of(path):
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        assert struct.unpack("<I", data[8:12])[0] == masked(data[:8]), "checksum of a length"
        record, data = data[12 : 12 + length], data[12 + length :]
        assert len(record) == length
        assert struct.unpack("<I", data[:4])[0] == masked(record), "checksum of a record"
        data = data[4:]
        yield strict("Event", record)


def plain(value):
    return getattr(value, value.WhichOneof("kind"))


def flat(value):
    return json.dumps(value) if isinstance(value, list) else value


def seconds(time):
    return datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


class Run:
    """The content of one file."""

    def __init__(self, folder, test):
        (self.path,) = folder.glob("events.out.tfevents.*")
        first, *events = events_of(self.path)
        test.assertEqual(first.file_version, "brain.Event:2")
        self.scalars = {}
        self.hparams = {}
        for event in events:
            (value,) = event.summary.value
            if value.HasField("simple_value"):
                self.scalars.setdefault(value.tag, {})[event.step] = value.simple_value
                continue
            plugin = value.metadata.plugin_data
            test.assertEqual(plugin.plugin_name, "hparams")
            test.assertEqual([d.size for d in value.tensor.tensor_shape.dim], [0])
            self.hparams[value.tag] = strict("HParamsPluginData", plugin.content)


class TensorboardExport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(cls.folder.name)
        (path / "sweep.yaml").write_text(SWEEP)
        for arguments in [
            ["run", "sweep.yaml", "--quiet"],
            ["enqueue", "learning_rate=0.1"],
            ["export", "--format", "tensorboard"],
        ]:
            subprocess.run([PROGRAM, *arguments], cwd=path, check=True, capture_output=True)
        cls.board = path / "board.tensorboard"
        cls.db = sqlite3.connect(path / "hpsearch.db")
        cls.db.row_factory = sqlite3.Row

    @classmethod
    def tearDownClass(cls):
        cls.db.close()
        cls.folder.cleanup()

    def trials(self):
        for row in self.db.execute("SELECT * FROM trials WHERE state != 'queued'").fetchall():
            yield row, Run(self.board / f"trial_{row['number']}", self)

    def test_checksums_here_are_those_of_the_standard(self):
        self.assertEqual(crc32c(bytes(32)), 0x8A9136AA)  # RFC 3720, B.4

    def test_each_trial_that_has_begun_has_a_run(self):
        names = sorted(p.name for p in self.board.iterdir() if p.is_dir())
        self.assertEqual(names, sorted(f"trial_{n}" for n in range(10)))

    def test_the_experiment_says_what_is_searched(self):
        experiment = Run(self.board, self).hparams["_hparams_/experiment"].experiment
        self.assertEqual(experiment.name, "board")
        (metric,) = experiment.metric_infos
        self.assertEqual((metric.name.group, metric.name.tag, metric.dataset_type), ("", "val_accuracy", 2))
        infos = {info.name: info for info in experiment.hparam_infos}
        self.assertEqual(
            {name: info.type for name, info in infos.items()},
            {"learning_rate": 3, "dropout": 1, "hidden1": 3, "hidden2": 3, "batch_norm": 2, "optimizer": 1},
        )
        rate = infos["learning_rate"].domain_interval
        self.assertEqual((rate.min_value, rate.max_value), (1e-3, 1e12))
        self.assertEqual([plain(v) for v in infos["batch_norm"].domain_discrete.values], [True, False])
        self.assertEqual(
            [plain(v) for v in infos["dropout"].domain_discrete.values], ["[0.1, 0.2]", "[0.0, 0.0]"]
        )

    def test_sessions_have_the_parameters_and_the_end_of_their_trial(self):
        statuses = set()
        for row, run in self.trials():
            start = run.hparams["_hparams_/session_start_info"].session_start_info
            params = json.loads(row["params_json"])
            self.assertEqual({p.key: plain(p.value) for p in start.hparams},
                             {name: flat(value) for name, value in params.items()})
            self.assertAlmostEqual(start.start_time_secs, seconds(row["started_at"]), places=5)
            end = run.hparams["_hparams_/session_end_info"].session_end_info
            self.assertAlmostEqual(end.end_time_secs, seconds(row["finished_at"]), places=5)
            statuses.add((row["state"], end.status))
        self.assertEqual(statuses, {("complete", 1), ("diverged", 2)})

    def test_epochs_and_metrics_are_scalars(self):
        columns = ["train_loss", "train_accuracy", "val_loss", "val_accuracy", "learning_rate"]
        columns += ["grad_norm", "weight_norm", "update_ratio", "seconds"]
        undefined = 0
        for row, run in self.trials():
            expected = {}
            for epoch in self.db.execute("SELECT * FROM epochs WHERE trial_id = ?", [row["trial_id"]]):
                for name in columns:
                    expected.setdefault(name, {})[epoch["epoch"]] = epoch[name]
            for metric in self.db.execute("SELECT * FROM metrics WHERE trial_id = ?", [row["trial_id"]]):
                expected.setdefault(metric["name"], {})[metric["epoch"]] = metric["value"]
            self.assertEqual(set(run.scalars), set(expected))
            for name, values in expected.items():
                self.assertEqual(set(run.scalars[name]), set(values), name)
                for step, value in values.items():
                    found = run.scalars[name][step]
                    if value is None:
                        undefined += 1
                        self.assertTrue(math.isnan(found))
                    else:
                        as_float = struct.unpack("<f", struct.pack("<f", value))[0] if abs(value) < 3e38 else math.copysign(math.inf, value)
                        self.assertEqual(found, as_float, name)
        self.assertGreater(undefined, 0)


if __name__ == "__main__":
    unittest.main()
