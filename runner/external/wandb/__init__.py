"""hpsearch's stand-in for wandb: programs written for W&B report to their sweep, without account or network.

hpsearch writes this package to a folder and puts that first on PYTHONPATH of the programs it starts. If the real
wandb is further on in sys.path, the stand-in loads it in its own place, unless HPSEARCH_WANDB is `stand-in`.

Parameters come from HPSEARCH_PARAMS (JSON), else from the file in WANDB_SWEEP_PARAM_PATH. Each finished step of
wandb.log() becomes one line on file descriptor 1, such as {"_hpsearch": "wandb", "_step": 3, "loss": 0.25}. Values set
in the summary follow in a last line with "_summary": true. Python 3.7 or later, standard library only.
"""

import atexit
import enum
import importlib.machinery
import importlib.util
import json
import numbers
import os
import random
import sys
import threading
import time
import types
from collections.abc import Mapping

__version__ = "0.28.0+hpsearch"  # the version of W&B whose behaviour this follows, for programs that compare it


class Error(Exception):
    """The base of W&B's errors."""


class CommError(Error):
    """Something that only W&B's server could do."""


class UsageError(Error):
    """A call that does not fit the state of the run."""


class ConfigError(Error):
    """A change of a parameter without allow_val_change, or a file of parameters that cannot be read."""


_said = set()


def _say(text, kind=None):
    """Prints a line on stderr, once per kind if there is one."""
    if kind in _said or os.environ.get("WANDB_SILENT", "").lower() in ("true", "1"):
        return
    if kind is not None:
        _said.add(kind)
    print("wandb: " + text, file=sys.stderr, flush=True)


def _missing(name):
    return (f"hpsearch's stand-in has no wandb.{name}. Report numbers with wandb.log(); or install the real wandb, "
            "which is then used, and print the sweep's metric for hpsearch, such as loss=0.25.")


# Reports


def _number(value):
    """The value as an int or a float, None if it is no number. Scalars of NumPy, PyTorch and others have item()."""
    if not isinstance(value, numbers.Real):
        try:
            value = (value if hasattr(value, "item") else value.numpy()).item()
        except Exception:  # no number, several numbers, or whatever another library raises
            return None
    if isinstance(value, numbers.Integral):  # bool is one
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else None


def _numbers(values, prefix=""):
    """All numbers of a dict by name. W&B joins the names of nested dicts by dots."""
    found = {}
    for name, value in values.items():
        name = prefix + str(name)
        if isinstance(value, Mapping):
            found.update(_numbers(value, name + "."))
        elif name not in ("_hpsearch", "_step", "_summary"):
            number = _number(value)
            if number is not None:
                found[name] = number
    return found


def _report(head, values):
    """Writes one line. It bypasses sys.stdout, which programs replace, and leaves nothing in a buffer."""
    try:
        sys.stdout.flush()  # what the program printed before stays before
    except (AttributeError, OSError, ValueError):
        pass  # None, or closed
    line = json.dumps({"_hpsearch": "wandb", **head, **values}).encode() + b"\n"
    while line:  # one write, unless a pipe takes only a part of a long line
        line = line[os.write(1, line):]


# Parameters


def _read_config_file(path):
    """The parameters of a file in W&B's layout, {name: {value: v}}. JSON needs no other package, YAML needs PyYAML."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        content = json.loads(text)
    except ValueError:
        try:
            import yaml
        except ImportError:
            raise ConfigError(f"{path} is not JSON; to read it as YAML, install PyYAML (pip install pyyaml)") from None
        content = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise ConfigError(f"{path} is not a map of parameters")
    return {name: entry["value"] if isinstance(entry, dict) and "value" in entry else entry
            for name, entry in content.items() if name not in ("wandb_version", "_wandb")}


def _sweep_params():
    if os.environ.get("HPSEARCH_PARAMS"):
        return json.loads(os.environ["HPSEARCH_PARAMS"])
    path = os.environ.get("WANDB_SWEEP_PARAM_PATH")
    return _read_config_file(path) if path else {}


def _as_dict(params):
    """What config= takes: a dict, an argparse Namespace or another object with attributes, absl's flags, a file."""
    if isinstance(params, (str, os.PathLike)):
        return _read_config_file(params)
    if params is None or isinstance(params, Mapping):
        return dict(params or {})
    if hasattr(params, "flag_values_dict"):
        return params.flag_values_dict()
    if not hasattr(params, "__dict__"):
        raise TypeError("config must be a dict or have a __dict__ attribute.")
    return dict(vars(params))


def _same(one, other):
    try:
        return bool(one == other)
    except Exception:  # arrays have no single answer
        return False


class _Values(Mapping):
    """A dict whose items are attributes too. A method wins over an item of its name, as with W&B."""

    __slots__ = ("_values", "_marked")  # _marked: the names for which a subclass has a rule

    def __init__(self, values=(), marked=()):
        object.__setattr__(self, "_values", dict(values))
        object.__setattr__(self, "_marked", set(marked))

    def __reduce__(self):  # to copy and pickle; the default would go through __setattr__
        return type(self), (self._values, self._marked)

    def __getitem__(self, name):
        return self._values[name]

    def __getattr__(self, name):
        if name not in self._values:
            raise AttributeError(f"wandb has no value {name!r} here; it has: {', '.join(map(str, self._values))}")
        return self._values[name]

    def __setattr__(self, name, value):
        self[name] = value

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def __repr__(self):
        return repr(self._values)

    def as_dict(self):
        return dict(self._values)

    __dict__ = property(as_dict)  # for vars()


class Config(_Values):
    """wandb.config. The sweep's parameters are marked: they win over what the program sets, as with W&B."""

    __slots__ = ()

    def __setitem__(self, name, value, allow_val_change=False):
        name = name.strip("-")
        changes = name in self._values and not _same(value, self._values[name])
        if name in self._marked:
            if changes:
                _say(f"config item '{name}' keeps the sweep's value {self._values[name]!r}", ("config", name))
        elif changes and not allow_val_change:
            raise ConfigError(f'Attempted to change value of key "{name}" from {self._values[name]} to {value}\n'
                              "If you really want to do this, pass allow_val_change=True to config.update()")
        else:
            self._values[name] = value

    def update(self, params, allow_val_change=None):
        for name, value in _as_dict(params).items():
            self.__setitem__(name, value, allow_val_change)

    def setdefaults(self, params):
        for name, value in _as_dict(params).items():
            self._values.setdefault(name.strip("-"), value)


class Summary(_Values):
    """wandb.summary: what was logged last, and what the program sets. The latter is marked, and reported at the end."""

    __slots__ = ()

    def __setitem__(self, name, value):
        self._values[name] = value
        self._marked.add(name)

    def __delitem__(self, name):
        del self._values[name]
        self._marked.discard(name)

    __delattr__ = __delitem__

    def update(self, values):
        for name, value in values.items():
            self[name] = value


# What W&B would draw, store or send


class _Unkept:
    """Takes every call, keeps nothing, and says so once per kind."""

    def __init__(self, *args, **kwargs):
        kind = type(self).__name__
        _say(f"hpsearch's stand-in keeps nothing of wandb.{kind}; it reports the numbers of wandb.log()", kind)

    def __getattr__(self, name):
        if name.startswith("__") or name in ("item", "numpy"):  # it is no number
            raise AttributeError(name)
        return lambda *args, **kwargs: self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None


for _kind in "Audio Graph Histogram Html Image JoinedTable Molecule Object3D Plotly Table Video".split():
    globals()[_kind] = type(_kind, (_Unkept,), {"__module__": __name__})


class Artifact(_Unkept):
    def download(self, *args, **kwargs):
        raise CommError("hpsearch's stand-in for wandb has no files to download. Read them from a folder; or install "
                        "the real wandb, which is then used, and print the sweep's metric, such as loss=0.25.")

    checkout = file = get = get_path = download


class AlertLevel(enum.Enum):
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


class Settings(types.SimpleNamespace):
    """Any settings by keyword; only `mode` has an effect."""


class Api:
    def __init__(self, *args, **kwargs):
        raise CommError("hpsearch's stand-in for wandb has no server for wandb.Api() to ask. `hpsearch export` writes "
                        "the trials of a sweep; the real wandb is used if it is installed.")


# The run


class Run:
    def __init__(self, config, disabled, name=None, project=None, entity=None, group=None, job_type=None, notes=None,
                 tags=None, settings=None, dir=None, **_):
        env = os.environ.get
        trial = env("HPSEARCH_TRIAL")
        self.id = env("WANDB_RUN_ID") or (f"trial-{trial}" if trial else _new_id())
        self.name, self.notes, self.tags = name or env("WANDB_NAME") or self.id, notes, tuple(tags or ())
        self.project = self.project_name = env("WANDB_PROJECT") or project or "uncategorized"
        self.entity, self.group, self.job_type = env("WANDB_ENTITY") or entity or "", group or "", job_type or ""
        self.path = f"{self.entity}/{self.project}/{self.id}"
        self.sweep_id = _sweep_id()
        self.settings, self.config, self.summary = settings or Settings(), config, Summary()
        self.disabled, self.offline, self.resumed = disabled, True, False
        self.url = self.project_url = self.sweep_url = None
        self.start_time, self.starting_step, self.step = time.time(), 0, 0
        self._folder = dir or env("WANDB_DIR") or os.getcwd()
        self._pending = {}  # the numbers of the step that has not ended
        self._finished = False
        self._lock = threading.RLock()

    def __getattr__(self, name):
        raise AttributeError(_missing("run." + name))

    @property
    def dir(self):
        """A folder that exists: programs save their models there."""
        folder = os.path.join(self._folder, "wandb", "run-" + self.id, "files")
        os.makedirs(folder, exist_ok=True)
        return folder

    def log(self, data, step=None, commit=None, sync=None):
        """As with W&B, a step ends at once, or with `step` and no `commit` when a later one begins."""
        if not isinstance(data, Mapping):
            raise TypeError("wandb.log must be passed a dictionary")
        if any(not isinstance(name, str) for name in data):
            raise TypeError("Key values passed to `wandb.log` must be strings.")
        if self._finished:
            raise UsageError(f"Run ({self.id}) is finished. The call to `log` cannot be reported.")
        with self._lock:
            if step is not None and step < self.step:
                _say(f"log() to step {step} has no effect: it is before the current step {self.step}", "step")
                return
            if step is not None and step > self.step:
                self._end_step(step)
            self._pending.update(_numbers(data))
            self.summary._values.update({name: value for name, value in data.items()
                                         if name not in self.summary._marked})
            if commit or (commit is None and step is None):
                self._end_step(self.step + 1)

    def _end_step(self, next_step):
        if self._pending and not self.disabled:
            _report({"_step": self.step}, self._pending)
        self._pending, self.step = {}, next_step

    def finish(self, exit_code=None, quiet=None):
        with self._lock:
            if self._finished:
                return
            self._finished = True
            self._end_step(self.step)
            values = _numbers({name: value for name, value in self.summary.items() if name in self.summary._marked})
            if values and not self.disabled:
                _report({"_summary": True}, values)
        if run is self:
            _no_run()

    join = finish

    def _after_fork(self):
        """In a child, such as a DataLoader's worker: what was logged before the fork is the parent's to report."""
        self._lock = threading.RLock()  # another thread of the parent may have held it
        self._pending = {}
        self.summary._marked.clear()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.finish()

    def define_metric(self, name, *args, **kwargs):
        return types.SimpleNamespace(name=name)  # it tells W&B how to draw the metric

    def alert(self, *args, **kwargs):
        _say("hpsearch's stand-in sends no alerts", "alert")

    def save(self, *args, **kwargs):
        _say("hpsearch's stand-in uploads no files; those of wandb.save() stay where they are", "save")
        return []

    def watch(self, *args, **kwargs):
        _say("hpsearch's stand-in records no gradients; wandb.watch() has no effect", "watch")

    def log_artifact(self, artifact=None, *args, **kwargs):
        return artifact if isinstance(artifact, Artifact) else Artifact()

    use_artifact = upsert_artifact = finish_artifact = link_artifact = log_model = link_model = log_artifact
    use_model = restore = Artifact.download

    def unwatch(self, *args, **kwargs):
        return None

    log_code = mark_preempting = display = status = pin_config_keys = write_logs = _label = unwatch
    get_url = get_project_url = get_sweep_url = unwatch


def _new_id(length=8):
    return "".join(random.SystemRandom().choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(length))


def _sweep_id():
    return os.environ.get("HPSEARCH_SWEEP") or os.environ.get("WANDB_SWEEP_ID")


class _BeforeInit:
    """wandb.config and wandb.summary while there is no run."""

    def _refuse(self, *args):
        raise Error("You must call wandb.init() before you use wandb.config or wandb.summary")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __getitem__ = __setitem__ = __setattr__ = __iter__ = __contains__ = _refuse


def _no_run():
    globals().update(run=None, config=_BeforeInit(), summary=_BeforeInit())


_no_run()


def init(entity=None, project=None, *, config=None, mode=None, reinit=None, settings=None, config_include_keys=None,
         config_exclude_keys=(), sync_tensorboard=False, **about):
    """Begins the run. Keywords that only W&B's server needs have no effect."""
    given = {name: value for name, value in _as_dict(config).items()
             if name not in (config_exclude_keys or ()) and name in (config_include_keys or (name,))}
    if run is not None:
        if reinit in (None, False, "default", "return_previous"):
            run.config.setdefaults(given)
            return run
        run.finish()
    settings = Settings(**settings) if isinstance(settings, dict) else settings
    mode = mode or getattr(settings, "mode", None) or os.environ.get("WANDB_MODE")
    if sync_tensorboard:
        _say("hpsearch's stand-in does not read TensorBoard's files; report with wandb.log()", "tensorboard")
    params = _read_config_file("config-defaults.yaml") if os.path.exists("config-defaults.yaml") else {}
    locked = _sweep_params()
    params = Config({**params, **given, **locked}, marked=locked)
    # As with W&B, a disabled run has the sweep's parameters, but its log() has no effect: hpsearch hears nothing.
    begun = Run(params, mode == "disabled", entity=entity, project=project, settings=settings, **about)
    globals().update(run=begun, config=params, summary=begun.summary)
    return begun


def finish(exit_code=None, quiet=None):
    if run is not None:
        run.finish(exit_code, quiet)


def _of_run(name):
    def call(*args, **kwargs):
        if run is None:
            raise Error(f"You must call wandb.init() before wandb.{name}()")
        return getattr(run, name)(*args, **kwargs)
    return call


for _name in ("alert define_metric link_model log log_artifact log_model mark_preempting pin_config_keys restore save "
              "unwatch use_artifact use_model watch").split():
    globals()[_name] = _of_run(_name)


def login(*args, **kwargs):
    return True


def setup(*args, **kwargs):
    return None


require = teardown = setup
join = finish


def termlog(string="", *args, **kwargs):
    _say(string)


termwarn = termerror = termlog


def sweep(*args, **kwargs):
    """The sweep that this process is a trial of."""
    return _sweep_id() or "hpsearch"


_agent_called = False


def agent(sweep_id=None, function=None, *args, **kwargs):
    """Calls the function once, whatever the count: this process is one trial. What it raises ends the process."""
    global _agent_called
    if function is None:
        raise UsageError("Within a trial of hpsearch, wandb.agent() needs function=: hpsearch starts the programs.")
    if not _agent_called:
        _agent_called = True
        function()
        finish()


# In place of the real package, or not


def __getattr__(name):
    raise AttributeError(_missing(name))


def _part(name, **content):
    """Makes `import wandb.name` work. The part of a part comes after it."""
    def __getattr__(attribute):
        raise AttributeError(_missing(f"{name}.{attribute}"))

    part = types.ModuleType(f"{__name__}.{name}")
    part.__spec__ = importlib.machinery.ModuleSpec(part.__name__, None)
    part.__path__ = []  # a package, so that the import of a part that it has not comes to _NoOtherParts
    vars(part).update({"__getattr__": __getattr__, **content})
    sys.modules[part.__name__] = part
    whole, _, last = part.__name__.rpartition(".")
    setattr(sys.modules[whole], last, part)


class _NoOtherParts:
    """The last finder of modules: `from wandb.keras import x` and `from wandb import x` fail with advice."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith(__name__ + "."):
            # Without name=, which would make `from wandb import x` replace the advice by a text of its own.
            raise ModuleNotFoundError(_missing(name[len(__name__) + 1:]))


def _is_stand_in(folder):
    """Whether the folder holds this package, or that of another hpsearch around this one."""
    try:
        with open(os.path.join(folder, "wandb", "__init__.py"), encoding="utf-8") as file:
            return file.readline().startswith('"""hpsearch\'s stand-in for wandb')
    except (OSError, ValueError):
        return False


def _stand_in():
    class plot(_Unkept):
        """Says that nothing is drawn."""

    _part("errors", Error=Error, CommError=CommError, AuthenticationError=CommError, UsageError=UsageError)
    _part("plot", **dict.fromkeys("bar confusion_matrix histogram line line_series plot_table pr_curve roc_curve "
                                  "scatter visualize".split(), plot))
    _part("util", generate_id=_new_id)
    _part("wandb_run", Run=Run)
    _part("sdk")  # these for annotations of types
    _part("sdk.wandb_config", Config=Config)
    _part("sdk.wandb_run", Run=Run)
    _part("sdk.wandb_settings", Settings=Settings)
    _part("sdk.wandb_summary", Summary=Summary)
    sys.meta_path.append(_NoOtherParts)
    atexit.register(finish)
    os.register_at_fork(after_in_child=lambda: run is not None and run._after_fork())
    _say("this is hpsearch's stand-in; nothing is sent anywhere", "stand-in")


def _choose():
    real = None
    if os.environ.get("HPSEARCH_WANDB") != "stand-in":
        folders = [folder for folder in sys.path if not _is_stand_in(folder)]
        real = importlib.machinery.PathFinder.find_spec(__name__, folders)
    if real is None or real.loader is None:  # without a loader it is a bare folder, such as ./wandb with earlier runs
        _stand_in()
        return
    module = importlib.util.module_from_spec(real)
    sys.modules[__name__] = module  # the import that runs this file returns what it finds here
    real.loader.exec_module(module)


_choose()
