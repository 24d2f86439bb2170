"""The list of patches is complete and true; run in the engine's Python."""

import json
from typing import Any

import pytest

from bot.inside_rasa import light_import, patches
from bot.rasa import environment
from tests.unit.engine_python import run

# Every attribute of Rasa's modules and classes, before and after one function has run.
CHANGED = """
import json, pkgutil, sys
from importlib import import_module
from inspect import isclass, ismodule
from bot.inside_rasa import patches

MODULES = sorted({
    *(patch.target.partition(":")[0] for patch in patches.ATTRIBUTES),
    "rasa.core.agent", "rasa.core.channels.rest", "rasa.core.tracker_store", "rasa.core.utils",
    "rasa.model_training", "rasa.utils.endpoints",
})

def snapshot():
    members = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "rasa":
            for key, value in list(vars(module).items()):
                if isclass(value) and value.__module__ == name:
                    for attribute, member in vars(value).items():
                        members[f"{name}:{value.__qualname__}.{attribute}"] = member
                if not ismodule(value):
                    members[f"{name}:{key}"] = value
    return members

def changed_by(function):
    before = snapshot()
    function()
    after = snapshot()
    classes = {name.rpartition(".")[0] for name in before if "." in name.partition(":")[2]}
    return sorted(
        name
        for name, value in after.items()
        if value is not before.get(name)
        and (name in before or name.rpartition(".")[0] in classes)
        and not name.endswith(NOT_PATCHES)
    )

# Python's and the libraries' own caches.
NOT_PATCHES = ("._abc_impl", ".__dict__", ".__weakref__", ".__doc__", ".__annotations__")
"""

PATCHED = (
    CHANGED
    + """
patches.apply_for_answering()
patches_of_loading = {p.target for p in patches.ATTRIBUTES if p.when == patches.LOAD}
for name in MODULES:
    import_module(name)

from bot.inside_rasa import serve

def serve_and_train():
    serve.create_app(sys.argv[1])
    patches.apply_for_training()

def is_replaced(patch):
    owner, name = patches.owner_of(patch.target)
    return getattr(owner, name) is getattr(*patches.owner_of(patch.replacement))

print(json.dumps({
    "changed": changed_by(serve_and_train),
    "replaced": {patch.target: is_replaced(patch) for patch in patches.ATTRIBUTES},
}))
"""
)

PLAIN = (
    CHANGED
    + """
for name in MODULES:
    import_module(name)

import rasa.core.run
from bot.inside_rasa import serve

served = {}
rasa.core.run.serve_application = lambda model, **options: served.update(options, model=model)
exists = {}
for patch in patches.ATTRIBUTES:
    owner, name = patches.owner_of(patch.target)
    exists[patch.target] = hasattr(owner, name)
sys.argv[1:] = ["model.tar.gz", "127.0.0.1", "5005"]
changed = changed_by(serve.main)
endpoints = served.pop("endpoints")
print(json.dumps({
    "changed": changed,
    "exists": exists,
    "served": served,
    "action_endpoint": type(endpoints.action).__module__,
    "tracker_store": endpoints.tracker_store,
    "network_modules": sorted(name for name in sys.modules if name in (
        "rasa.utils.tensorflow.callback", "rasa.utils.tensorflow.data_generator",
    )),
    "channels": hasattr(sys.modules["rasa.core.channels"], "BUILTIN_CHANNELS"),
}))
"""
)
TOKENS: Any = {"ENGINE_TOKEN": "e", "ACTIONS_URL": "http://127.0.0.1:1", "ACTIONS_TOKEN": "a"}


def targets(*times: str) -> set[str]:
    return {patch.target for patch in patches.ATTRIBUTES if patch.when in times}


@pytest.fixture(scope="module")
def patched() -> dict[str, Any]:
    model = environment.newest_model()
    assert model is not None
    return dict(json.loads(run("-c", PATCHED, model, **TOKENS).splitlines()[-1]))


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    variables: Any = TOKENS | {"ENGINE_PLAIN": "true"}
    return dict(json.loads(run("-c", PLAIN, **variables).splitlines()[-1]))


@pytest.mark.unit
def test_every_entry_has_a_reason_a_date_and_a_way_to_drop_it() -> None:
    for entry in (*patches.ATTRIBUTES, *patches.BYPASSES):
        assert all(entry), entry.target
        assert entry.since.count("-") == 2
    assert len(targets(patches.LOAD, patches.SERVE, patches.TRAIN)) == len(patches.ATTRIBUTES)


@pytest.mark.unit
def test_every_module_that_the_light_import_leaves_out_is_listed() -> None:
    listed = " ".join(entry.target for entry in patches.BYPASSES)
    for module in (*light_import.NETWORK_MODULES, light_import.CHANNELS):
        assert module in listed


@pytest.mark.integration
def test_every_attribute_listed_is_replaced(patched: dict[str, Any]) -> None:
    assert len(patched["replaced"]) == len(patches.ATTRIBUTES)
    assert all(patched["replaced"].values()), patched["replaced"]


@pytest.mark.integration
def test_no_attribute_is_replaced_that_is_not_listed(patched: dict[str, Any]) -> None:
    assert set(patched["changed"]) == targets(patches.SERVE, patches.TRAIN)


@pytest.mark.integration
def test_every_attribute_listed_exists_in_rasa(plain: dict[str, Any]) -> None:
    missing = {target for target, exists in plain["exists"].items() if not exists}
    # Without this method Python copies an object attribute by attribute.
    assert missing == {"rasa.shared.nlu.training_data.message:Message.__deepcopy__"}


@pytest.mark.integration
def test_plain_rasa_has_no_replaced_attribute(plain: dict[str, Any]) -> None:
    assert plain["changed"] == []


@pytest.mark.integration
def test_plain_rasa_is_served_by_its_own_server_on_loopback(plain: dict[str, Any]) -> None:
    assert plain["served"] == {
        "model": "model.tar.gz",
        "interface": "127.0.0.1",
        "port": 5005,
        "credentials": "credentials.yml",
        "enable_api": False,
    }
    assert plain["action_endpoint"] == "rasa.utils.endpoints"
    assert plain["tracker_store"] is None
    assert plain["channels"]
    assert len(plain["network_modules"]) == 2
