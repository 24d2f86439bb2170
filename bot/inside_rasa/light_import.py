"""Imports Rasa without what an engine that only answers never uses: a third of the time and memory.

TensorFlow comes in by two modules that neural networks need; twenty channels to other
products come in with the one we have. Both are kept out while the rest is imported, and only then:
a model with a neural network in it finds the real ones, and is served as ever.
"""

import sys
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Iterator, Optional

# What `rasa.utils.train_utils` takes from them, to train a neural network or to ask one.
OF_NETWORKS = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
CHANNELS = "rasa.core.channels"


def import_rasa() -> None:
    """Import all that serves a model, and have models loaded and run as ``model`` does it."""
    with _without_tensorflow():
        import rasa.utils.train_utils
    _only_channels_that_are_asked_for()
    import rasa.core.processor

    from bot.inside_rasa.graph_runner import AnsweringModel, PlainRunner

    rasa.core.processor.LocalModelStorage = AnsweringModel
    rasa.core.processor.DaskGraphRunner = PlainRunner


@contextmanager
def _without_tensorflow() -> Iterator[None]:
    for name, missing in OF_NETWORKS.items():
        stand_in = ModuleType(name)
        for one in missing:
            setattr(stand_in, one, _late(name, one))
        sys.modules[name] = stand_in
    try:
        yield
    finally:
        for name in OF_NETWORKS:
            del sys.modules[name]


def _late(module: str, name: str) -> Callable[..., Any]:
    """Calls what that module has by this name, and imports it only then."""

    def call(*given: Any, **options: Any) -> Any:
        return getattr(import_module(module), name)(*given, **options)

    return call


def _only_channels_that_are_asked_for() -> None:
    """Make the package of channels one that finds each of them, and imports none by itself."""
    folder = _folder_of("rasa")
    package = ModuleType(CHANNELS)
    package.__path__ = [str(folder / "core" / "channels")]
    sys.modules[CHANNELS] = package
    # The package gives on what its base module defines.
    base = import_module(f"{CHANNELS}.channel")
    package.__dict__.update({name: one for name, one in vars(base).items() if name[0] != "_"})


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    origin: Optional[str] = spec.origin if spec else None
    if origin is None:
        raise ImportError(f"{package} is not installed")
    return Path(origin).parent
