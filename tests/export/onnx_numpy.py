"""Runs the ONNX graphs that hpsearch writes, with NumPy: each operator as the ONNX standard defines it.

A second implementation beside a real runtime, which is not installed everywhere.
"""

import math

import numpy
from onnx import TensorProto, helper, numpy_helper

TYPES = {
    TensorProto.FLOAT: numpy.float32,
    TensorProto.DOUBLE: numpy.float64,
    TensorProto.INT64: numpy.int64,
    TensorProto.UINT8: numpy.uint8,
    TensorProto.BOOL: numpy.bool_,
    TensorProto.STRING: numpy.object_,
}


def label_encoder(x, keys_strings=None, keys_int64s=None, values_strings=None, values_int64s=None, **defaults):
    keys = [key.decode() for key in keys_strings] if keys_strings else keys_int64s
    values = [value.decode() for value in values_strings] if values_strings else values_int64s
    default = defaults.get("default_int64", -1) if values_int64s else defaults.get("default_string", b"_Unused").decode()
    table = dict(zip(keys, values))
    found = [table.get(cell, default) for cell in x.reshape(-1).tolist()]
    return numpy.array(found, numpy.int64 if values_int64s else object).reshape(x.shape)


def one_hot(x, cats_int64s, zeros=1):
    assert zeros == 1
    return (x[..., None] == numpy.array(cats_int64s)).astype(numpy.float32)


def gemm(a, b, c=0, transB=0):
    # Sums in double precision: it is the model that is looked at, not the rounding of a library.
    kind = a.dtype
    a, b = a.astype(numpy.float64), b.astype(numpy.float64)
    return (a @ (b.T if transB else b) + c).astype(kind)


def batch_normalization(x, scale, bias, mean, variance, epsilon=1e-5):
    return (scale * (x - mean) / numpy.sqrt(variance + numpy.float32(epsilon)) + bias).astype(numpy.float32)


def softmax(x, axis=-1):
    e = numpy.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def reshape(x, shape):
    return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape)])


def elu(x, alpha=1.0):
    return numpy.where(x > 0, x, numpy.float32(alpha) * numpy.expm1(numpy.minimum(x, 0)))


def selu(x, alpha, gamma):
    return numpy.float32(gamma) * numpy.where(x > 0, x, numpy.float32(alpha) * numpy.expm1(numpy.minimum(x, 0)))


def sigmoid(x):
    e = numpy.exp(-abs(x))
    return numpy.where(x > 0, 1, e) / (1 + e)


OPERATORS = {
    "Add": numpy.add,
    "ArgMax": lambda x, axis, keepdims: x.argmax(axis),
    "BatchNormalization": batch_normalization,
    "Cast": lambda x, to: x.astype(TYPES[to]),
    "Concat": lambda *parts, axis: numpy.concatenate(parts, axis),
    "Cos": numpy.cos,
    "Div": numpy.divide,
    "Elu": elu,
    "Equal": numpy.equal,
    "Erf": lambda x: numpy.vectorize(math.erf)(x).astype(numpy.float32),
    "Floor": numpy.floor,
    "Gather": lambda x, indices, axis: x.take(indices, axis),
    "Gemm": gemm,
    "Greater": numpy.greater,
    "Identity": lambda x: x,
    "IsNaN": numpy.isnan,
    "LabelEncoder": label_encoder,
    "LeakyRelu": lambda x, alpha: numpy.where(x > 0, x, numpy.float32(alpha) * x),
    "Max": numpy.maximum,
    "Min": numpy.minimum,
    "Mul": numpy.multiply,
    "OneHotEncoder": one_hot,
    "Or": numpy.logical_or,
    "ReduceMax": lambda x, axes, keepdims: x.max(tuple(axes)),
    "Relu": lambda x: numpy.maximum(x, 0),
    "Reshape": reshape,
    "Selu": selu,
    "Sigmoid": sigmoid,
    "Softmax": softmax,
    "Softplus": lambda x: numpy.logaddexp(0, x),
    "Sqrt": numpy.sqrt,
    "Sub": numpy.subtract,
    "Tanh": numpy.tanh,
    "Where": numpy.where,
}


def run(model, feeds):
    """The outputs by their names. feeds: arrays by the names of the inputs."""
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for value in model.graph.input:
        given = feeds[value.name]
        expected = TYPES[value.type.tensor_type.elem_type]
        assert given.dtype == expected, (value.name, given.dtype, expected)
        values[value.name] = given
    for node in model.graph.node:
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        result = OPERATORS[node.op_type](*[values[name] for name in node.input], **attributes)
        (name,) = node.output
        values[name] = result
    outputs = {}
    for value in model.graph.output:
        outputs[value.name] = values[value.name]
        assert outputs[value.name].dtype == TYPES[value.type.tensor_type.elem_type], value.name
    return outputs
