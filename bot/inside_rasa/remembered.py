"""What Rasa works out anew in every turn, though it never changes while a model is served."""

from functools import lru_cache

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event

_work_out = Domain.is_empty


def remember() -> None:
    """Have it worked out once."""
    Domain.is_empty = _is_empty
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(Event.resolve_by_type))


def _is_empty(domain: Domain) -> bool:
    # Kept with the domain itself: while a model is loaded, others come and go.
    known = vars(domain)
    if "_is_known_empty" not in known:
        known["_is_known_empty"] = _work_out(domain)
    return bool(known["_is_known_empty"])
