"""Live events that reach the wrong page, or wait for one that lags behind."""

import pytest

from bot.conversation.live_hub import LONGEST_QUEUE, LiveHub

pytestmark = pytest.mark.unit


async def test_event_reaches_only_watchers_of_its_conversation() -> None:
    hub = LiveHub()
    with hub.watch("a") as one, hub.watch("a") as two, hub.watch("b") as other:
        hub.publish("a", {"type": "x"})
        assert one.get_nowait() == two.get_nowait() == {"type": "x"}
        assert other.empty()
        assert len(hub) == 3


async def test_closed_watch_gets_no_event() -> None:
    hub = LiveHub()
    with hub.watch("a"):
        assert hub.is_watched("a")
    assert not hub.is_watched("a")
    assert len(hub) == 0
    hub.publish("a", {"type": "x"})
    assert not hub.is_watched("a")


async def test_events_are_delivered_in_order() -> None:
    hub = LiveHub()
    with hub.watch("a") as events:
        for place in range(50):
            hub.publish("a", {"place": place})
        assert [events.get_nowait() for _ in range(50)] == [{"place": p} for p in range(50)]


async def test_watcher_with_a_full_queue_is_closed_and_others_are_not() -> None:
    hub = LiveHub()
    with hub.watch("a") as slow, hub.watch("a") as quick:
        for place in range(LONGEST_QUEUE + 1):
            hub.publish("a", {"place": place})
            assert quick.get_nowait() == {"place": place}
        assert slow.get_nowait() is None  # the end: it resumes from the database
        assert slow.empty()


async def test_closing_ends_every_watch() -> None:
    hub = LiveHub()
    with hub.watch("a") as one, hub.watch("b") as two:
        hub.close()
        assert one.get_nowait() is two.get_nowait() is None


async def test_watch_ends_when_its_page_raises() -> None:
    hub = LiveHub()
    with pytest.raises(RuntimeError), hub.watch("a"):
        raise RuntimeError
    assert len(hub) == 0
