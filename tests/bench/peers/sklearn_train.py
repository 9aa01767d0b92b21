"""How fast scikit-learn trains one network: the flags and the answers of bench_train, of float32 alone."""

import functools
import math
import warnings

import serving
from serving import cpu_seconds

try:
    import numpy
    import sklearn
    import sklearn.exceptions
    import sklearn.neural_network
    import bench_data
except ImportError:
    raise SystemExit("missing: python3-sklearn")

warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)
sklearn.set_config(assume_finite=True)
WARM_UP_BATCHES = 16


@functools.lru_cache(maxsize=None)
def data(inputs):
    return bench_data.load(inputs)


def network(request, epochs):
    return sklearn.neural_network.MLPClassifier(
        hidden_layer_sizes=tuple(request.widths[1:-1]),
        solver=request.optimizer,
        batch_size=request.batch,
        learning_rate_init=0.01 if request.optimizer == "sgd" else 0.001,
        momentum=0.9,
        nesterovs_momentum=False,
        alpha=0.0,
        max_iter=epochs,
        tol=0.0,
        n_iter_no_change=epochs + 1,
        random_state=1,
    )


def evaluate(model, x, y):
    """Mean loss and accuracy."""
    probabilities = model.predict_proba(x)
    likely = probabilities[numpy.arange(len(y)), y]
    return -numpy.log(numpy.maximum(likely, 1e-30)).mean(), (probabilities.argmax(1) == y).mean()


def measure(request):
    """The fit of all epochs with one call, as its loop is fastest, and as many evaluations."""
    if request.dropout > 0 or request.batch_norm or request.precision != "f32":
        raise NotImplementedError("scikit-learn has float32, no dropout and no batch normalisation")
    (x, y), (validation_x, validation_y) = data(request.widths[0])

    few = min(WARM_UP_BATCHES * request.batch, len(x))
    begin = cpu_seconds()
    network(request, 1).fit(x[:few], y[:few])
    estimate = (cpu_seconds() - begin) * len(x) / few
    epochs = request.epochs or max(1, math.ceil(request.seconds / estimate))

    model = network(request, epochs)
    begin = cpu_seconds()
    model.fit(x, y)
    for _ in range(epochs):
        _, accuracy = evaluate(model, validation_x, validation_y)
    total = cpu_seconds() - begin
    return {
        "samples_per_cpu_s": len(x) * epochs / total,
        "epochs": epochs,
        "cpu_seconds": total,
        "train_rows": len(x),
        "validation_rows": len(validation_x),
        "val_accuracy": float(accuracy),
    }


if __name__ == "__main__":
    serving.run(f"scikit-learn {sklearn.__version__}", measure)
