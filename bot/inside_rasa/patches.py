"""Every part of Rasa that we replace or bypass: by what, why, since when, and how to drop it.

ATTRIBUTES are replaced while running, by the functions below and nothing else; the parts in
BYPASSES are left out by our own entry points and by the files in which Rasa is configured.
ENGINE_PLAIN=true uses none of them. The times and sizes are those of docs/performance.md.

To upgrade Rasa: pin the new version in requirements/engine.in, `make lock`, and run
tests/unit/inside_rasa and tests/integration/rasa. They fail where a target here is gone, or where
our parts answer differently from plain Rasa.
"""

import os
from importlib import import_module
from inspect import getattr_static
from typing import Any, NamedTuple

OURS = "bot.inside_rasa"
# When an attribute is replaced: before a model is loaded, before it is served, or for training.
LOAD, SERVE, TRAIN = "load", "serve", "train"


class Patch(NamedTuple):
    """An attribute of Rasa's that is replaced."""

    when: str
    target: str  # "module:attribute" or "module:Class.attribute"
    replacement: str
    reason: str
    since: str
    drop: str  # when it can go, besides removing its line here


class Bypass(NamedTuple):
    """A part of Rasa's that is not used, and what is used instead."""

    target: str
    replacement: str
    reason: str
    since: str
    drop: str


_RULES = "rasa.core.policies.rule_policy:RulePolicy"
_MESSAGE = "rasa.shared.nlu.training_data.message:Message"
_CACHES = f"{OURS}.rasa_cache_patches"

ATTRIBUTES = (
    Patch(
        LOAD,
        "rasa.core.processor:LocalModelStorage",
        f"{OURS}.graph_runner:InferenceModelStorage",
        "Reading a model checks the components of its training graph, one of which imports"
        " TensorFlow; together with the light import: 2.6 s and 205 MB instead of 8 s and 600 MB.",
        "2026-11-24",
        "Once loading a model does not import its training components.",
    ),
    Patch(
        LOAD,
        "rasa.core.processor:DaskGraphRunner",
        f"{OURS}.graph_runner:SequentialGraphRunner",
        "Every run, two in a turn, builds a new dask graph and describes the whole model for a"
        " debug log line.",
        "2026-11-24",
        "Once Rasa keeps the graph between runs.",
    ),
    Patch(
        SERVE,
        "rasa.core.actions.action:RemoteAction",
        f"{OURS}.remote_action:LatestMessageAction",
        "At every action Rasa validates its own schema, four fifths of the engine's time in a"
        " turn, and sends all events of the conversation, which our actions do not read.",
        "2026-11-24",
        "Once Rasa keeps the validator; then only the smaller request is lost.",
    ),
    Patch(
        SERVE,
        "rasa.shared.core.domain:Domain.is_empty",
        f"{_CACHES}:is_empty",
        "Rasa serialises the whole domain in every turn to see if it is empty; with the next:"
        " 7 % of the engine's time.",
        "2026-11-29",
        "Once Rasa answers it without serialising the domain.",
    ),
    Patch(
        SERVE,
        "rasa.shared.core.events:Event.resolve_by_type",
        f"{_CACHES}:resolve_event_type",
        "Rasa walks through all subclasses of Event for each event that it reads; see above.",
        "2026-11-29",
        "Once Rasa keeps a table of its events.",
    ),
    Patch(
        SERVE,
        f"{_RULES}._get_possible_keys",
        f"{_CACHES}:get_possible_keys",
        "Rasa compares the conversation with all rules three times a turn: with the next two a"
        " tenth of the engine's time.",
        "2026-11-29",
        "Once Rasa caches the matching rules.",
    ),
    Patch(
        SERVE,
        f"{_RULES}._find_action_from_rules",
        f"{_CACHES}:find_action_from_rules",
        "One of the three searches is for rules that contain a text, of which we have none.",
        "2026-11-29",
        "With the one above.",
    ),
    Patch(
        SERVE,
        f"{_RULES}.format_tracker_states",
        f"{_CACHES}:no_debug_text",
        "Rasa describes the conversation's states at each search, for the debug log.",
        "2026-11-29",
        "Once Rasa describes them only if the debug log is on.",
    ),
    Patch(
        TRAIN,
        f"{_MESSAGE}.__deepcopy__",
        f"{OURS}.light_training:share",
        "Rasa copies all examples each time that it joins them; with the next, training takes half"
        " the time.",
        "2026-11-24",
        "Once joining examples does not copy them.",
    ),
    Patch(
        TRAIN,
        f"{_MESSAGE}.__hash__",
        f"{OURS}.light_training:hash_text",
        "Rasa hashes all attributes of all examples each time that it joins them; see above.",
        "2026-11-24",
        "Once a message keeps its hash.",
    ),
)

BYPASSES = (
    Bypass(
        "rasa.utils.tensorflow.callback, rasa.utils.tensorflow.data_generator",
        f"{OURS}.light_import: placeholders, while Rasa is imported",
        "They import TensorFlow, which only neural networks need: most of the 8 s and 600 MB.",
        "2026-11-24",
        "Once `rasa.utils.train_utils` imports without TensorFlow. A model with a neural network"
        " still finds the real modules.",
    ),
    Bypass(
        "rasa.core.channels (the package)",
        f"{OURS}.light_import: a package that imports no channel by itself",
        "It imports twenty channels to other products, with their libraries: with the server below"
        " 0.7 s of the start.",
        "2026-11-24",
        "Once the package imports its channels when they are asked for.",
    ),
    Bypass(
        "rasa.core.run:serve_application (`rasa run`)",
        f"{OURS}.serve:create_app",
        "It imports Rasa's command line and management routes, and goes on without a model.",
        "2026-11-24",
        "Serve with `serve_plain` in any case.",
    ),
    Bypass(
        "rasa.utils.endpoints:EndpointConfig, for the actions",
        f"{OURS}.remote_action:KeepAliveEndpoint, in serve.py",
        "It opens a connection for every call; with the events that are no longer sent: a tenth of"
        " the time that was left.",
        "2026-11-24",
        "Once Rasa keeps the connection.",
    ),
    Bypass(
        "rasa.core.tracker_store:InMemoryTrackerStore",
        f"{OURS}.tracker_store:RecentEventsTrackerStore, in endpoints.yml",
        "It keeps all events of all conversations and replays them several times a turn; memory and"
        " time grow with each message. With ours a turn takes 18 ms after 10 or 1,000 messages.",
        "2026-11-22",
        "Once Rasa bounds its trackers; remove `tracker_store` in endpoints.yml.",
    ),
    Bypass(
        "rasa.cli.train (`rasa train`)",
        f"{OURS}.train:main, which calls rasa.model_training",
        "The command also validates the training data, which `make lint` does.",
        "2026-11-24",
        "Call `rasa train` in bot/cli/train.py.",
    ),
)
# Not replaced, but extended, with ENGINE_PLAIN, too: the REST channel (`channel`), which demands
# a token, and the pipeline's component `intent_classifier`. Rasa provides for both.


def is_plain() -> bool:
    """Return True if Rasa is to run without our replacements (ENGINE_PLAIN)."""
    return os.environ.get("ENGINE_PLAIN", "").lower() == "true"


def apply_for_answering() -> None:
    """Import Rasa without TensorFlow, and replace how a model is loaded and run.

    To be called before Rasa is imported in any other way.
    """
    from bot.inside_rasa import light_import

    light_import.import_rasa()
    _apply(LOAD)


def apply_for_serving() -> None:
    """Replace what costs time in a turn; after `apply_for_answering`."""
    _apply(SERVE)


def apply_for_training() -> None:
    """Replace what costs time in training."""
    _apply(TRAIN)


def _apply(when: str) -> None:
    for patch in ATTRIBUTES:
        if patch.when == when:
            # Loaded first: our modules keep Rasa's own function, which they call.
            replacement = getattr(*owner_of(patch.replacement))
            owner, name = owner_of(patch.target)
            is_static = isinstance(getattr_static(owner, name, None), staticmethod)
            setattr(owner, name, staticmethod(replacement) if is_static else replacement)


def owner_of(path: str) -> tuple[Any, str]:
    """Return the module or class in a "module:Class.attribute", and the attribute's name.

    Raises:
        ImportError, AttributeError: there is no such module or class.
    """
    module, _, attributes = path.partition(":")
    owner: Any = import_module(module)
    *classes, name = attributes.split(".")
    for part in classes:
        owner = getattr(owner, part)
    return owner, name
