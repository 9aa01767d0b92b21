"""Data of the same shapes as bench_network.cpp has: features from 0 to 1 as float32, classes as int64."""

import gzip
import pathlib

import numpy

SHARED = pathlib.Path("/usr/share/datasets/fashion-mnist")
DIGITS = pathlib.Path(__file__).resolve().parents[3] / "configs" / "data" / "digits"


def read_idx(path):
    """The array of bytes in an IDX file, in its own shape."""
    content = gzip.decompress(path.read_bytes())
    dimensions = content[3]
    shape = numpy.frombuffer(content, ">u4", dimensions, 4)
    return numpy.frombuffer(content, numpy.uint8, -1, 4 + 4 * dimensions).reshape(shape)


def images(images_file, labels_file, largest):
    pixels = read_idx(images_file)
    features = pixels.reshape(len(pixels), -1).astype(numpy.float32) / numpy.float32(largest)
    return features, read_idx(labels_file).astype(numpy.int64)


def fashion(part):
    """(rows, 784) and (rows) of the part `train` or `t10k`."""
    return images(SHARED / f"{part}-images-idx3-ubyte.gz", SHARED / f"{part}-labels-idx1-ubyte.gz", 255)


def made():
    random = numpy.random.default_rng(1)
    features = random.integers(0, 16, (16000, 16))
    classes = (16 * features[:, 0] + features[:, 1]) * 26 // 256
    return features.astype(numpy.float32) / numpy.float32(15), classes.astype(numpy.int64)


def load(inputs):
    """(x, y) to train on and (x, y) to validate by: one row in ten, in random order."""
    if inputs == 784:
        x, y = fashion("train")
    elif inputs == 64:
        x, y = images(DIGITS / "images-idx3-ubyte.gz", DIGITS / "labels-idx1-ubyte.gz", 16)
    else:
        x, y = made()
    order = numpy.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order]
    train = len(x) - int(len(x) * 0.1 + 0.5)
    return (x[:train], y[:train]), (x[train:], y[train:])
