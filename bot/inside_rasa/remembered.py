"""What Rasa works out anew in every turn, though it never changes while a model is served."""

from functools import lru_cache
from typing import Dict

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event

_work_out = Domain.is_empty
_known: Dict[int, bool] = {}


def remember() -> None:
    """Have it worked out once."""
    Domain.is_empty = _is_empty
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(Event.resolve_by_type))


def _is_empty(domain: Domain) -> bool:
    # The served domain is one, and stays as long as the process.
    if id(domain) not in _known:
        _known[id(domain)] = _work_out(domain)
    return _known[id(domain)]
