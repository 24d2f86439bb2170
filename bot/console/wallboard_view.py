"""The wallboard as JSON."""

from bot.console.serializers import Json, Serializer
from bot.handoffs.wallboard import Wallboard


def serialize_wallboard(
    serializer: Serializer, wallboard: Wallboard, names: dict[int, str]
) -> Json:
    """Return the wallboard's figures and open promises.

    Args:
        names: the agents' names by id.
    """
    wait = wallboard.longest_wait
    return {
        "waiting": wallboard.waiting,
        "longest_wait_seconds": round(wait.total_seconds()) if wait else None,
        "active": wallboard.active,
        "agents": [serializer.agent_status(status) for status in wallboard.agents],
        "promises": {
            "open": wallboard.promises_open,
            "due_soon": wallboard.promises_due_soon,
            "broken_today": wallboard.promises_broken_today,
            "list": [
                {
                    **serializer.promise(line.promise, names),
                    "reference": line.reference,
                    "agent": line.agent,
                }
                for line in wallboard.promises
            ],
        },
        "clock": {
            "complaints": wallboard.complaints,
            "within_60": wallboard.within_a_minute,
            "median_seconds": wallboard.median_seconds,
            "worst_seconds": wallboard.worst_seconds,
        },
        "answers": {
            "sent": wallboard.answers_today,
            "asked_known": wallboard.asked_known_today,
        },
        "resolved_today": wallboard.resolved_today,
        "returned_today": wallboard.returned_today,
    }
