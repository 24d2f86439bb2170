"""Loads and runs a trained model's graph where the model only answers and never trains."""

from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_METADATA_FILE, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.utils.io import read_json_file

_Step = tuple[str, GraphNode, tuple[str, ...]]  # name, node, names of the nodes it needs


class InferenceModelStorage(LocalModelStorage):
    """A stored model without its training graph, whose components would import TensorFlow."""

    @staticmethod
    def _load_metadata(directory: str | Path) -> ModelMetadata:
        stored = read_json_file(Path(directory) / MODEL_ARCHIVE_METADATA_FILE)
        return ModelMetadata.from_dict({**stored, "train_schema": {"nodes": {}}})


class SequentialGraphRunner(DaskGraphRunner):
    """Runs the nodes one after the other, in an order that is computed once.

    Its parent builds a dask graph at every run, and a description of the whole model for a log
    line at debug level.
    """

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Return the results of the targets (by default the graph's own) for these inputs."""
        results = dict(inputs or {})
        names = tuple(targets or self._graph_schema.target_names)
        for name, node, needs in self._steps(names):
            _, results[name] = node(*((need, results[need]) for need in needs))
        return {name: results[name] for name in names}

    def _steps(self, targets: tuple[str, ...]) -> list[_Step]:
        """Return the nodes that these targets need, in topological order."""
        cache: dict[tuple[str, ...], list[_Step]] = self.__dict__.setdefault("_cached_steps", {})
        if targets not in cache:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
            cache[targets] = [
                (name, self._instantiated_nodes[name], needs[name])
                for name in TopologicalSorter(needs).static_order()
                if name in nodes  # the inputs are not nodes
            ]
        return cache[targets]
