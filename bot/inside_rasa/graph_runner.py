"""How a trained model is loaded and run where it only answers."""

from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_METADATA_FILE, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.utils.io import read_json_file

Step = Tuple[str, GraphNode, Tuple[str, ...]]


class AnsweringModel(LocalModelStorage):
    """A stored model without the steps of its training, whose modules bring TensorFlow in."""

    @staticmethod
    def _load_metadata(directory: Union[str, Path]) -> ModelMetadata:
        stored = read_json_file(Path(directory) / MODEL_ARCHIVE_METADATA_FILE)
        return ModelMetadata.from_dict({**stored, "train_schema": {"nodes": {}}})


class PlainRunner(DaskGraphRunner):
    """Runs the steps one after the other, in an order that is found once.

    Its parent makes a plan for dask at every run, and with it a description of the whole model for
    a log line that nobody reads.
    """

    def run(
        self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None
    ) -> Dict[str, Any]:
        """What the targets give for these inputs."""
        known = dict(inputs or {})
        wanted = tuple(targets or self._graph_schema.target_names)
        for name, step, needs in self._plan(wanted):
            _, known[name] = step(*((need, known[need]) for need in needs))
        return {name: known[name] for name in wanted}

    def _plan(self, targets: Tuple[str, ...]) -> List[Step]:
        plans: Dict[Tuple[str, ...], List[Step]] = self.__dict__.setdefault("_plans", {})
        if targets not in plans:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
            plans[targets] = [
                (name, self._instantiated_nodes[name], needs[name])
                for name in TopologicalSorter(needs).static_order()
                if name in nodes  # the inputs are no steps
            ]
        return plans[targets]
