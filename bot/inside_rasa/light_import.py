"""Imports Rasa without what an engine that only answers never uses: TensorFlow, other channels.

TensorFlow is imported by two modules that train and run neural networks, and twenty channels to
other products with the one that is used. Both are left out while Rasa is imported, and only then:
a model with a neural network imports the real modules when it is loaded.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

# The modules, and the names that `rasa.utils.train_utils` imports from them.
NETWORK_MODULES = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
CHANNELS = "rasa.core.channels"


def import_rasa() -> None:
    """Import what loads and runs a model. To be called before any other import of Rasa."""
    with _without_tensorflow():
        import rasa.utils.train_utils
    _replace_channels_package()
    import rasa.core.processor  # noqa: F401


@contextmanager
def _without_tensorflow() -> Iterator[None]:
    """Put placeholders in the place of the modules that import TensorFlow, and remove them."""
    for module, names in NETWORK_MODULES.items():
        placeholder = ModuleType(module)
        for name in names:
            setattr(placeholder, name, _deferred(module, name))
        sys.modules[module] = placeholder
    try:
        yield
    finally:
        for module in NETWORK_MODULES:
            del sys.modules[module]


def _deferred(module: str, name: str) -> Callable[..., Any]:
    """Return a function that imports ``name`` of the real module, and calls it, when called."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(module), name)(*args, **kwargs)

    return call


def _replace_channels_package() -> None:
    """Register a package of channels whose modules can be imported, but that imports none."""
    package = ModuleType(CHANNELS)
    package.__path__ = [str(_folder_of("rasa") / "core" / "channels")]
    sys.modules[CHANNELS] = package
    # The real package exports the names of its base module.
    base = import_module(f"{CHANNELS}.channel")
    package.__dict__.update({name: value for name, value in vars(base).items() if name[0] != "_"})


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    origin = spec.origin if spec else None
    if origin is None:
        raise ImportError(f"{package} is not installed")
    return Path(origin).parent
