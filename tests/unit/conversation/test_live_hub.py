"""Live events that reach the wrong page, or are held for one that lags behind."""

import pytest

from bot.conversation.live_hub import LONGEST_QUEUE, LiveHub

pytestmark = pytest.mark.unit


async def test_everyone_who_looks_is_told_and_nobody_else() -> None:
    hub = LiveHub()
    with hub.watch("a") as one, hub.watch("a") as two, hub.watch("b") as other:
        hub.publish("a", {"type": "x"})
        assert one.get_nowait() == two.get_nowait() == {"type": "x"}
        assert other.empty()
        assert len(hub) == 3


async def test_who_has_gone_is_forgotten() -> None:
    hub = LiveHub()
    with hub.watch("a"):
        assert hub.is_watched("a")
    assert not hub.is_watched("a")
    assert len(hub) == 0
    hub.publish("a", {"type": "x"})
    assert not hub.is_watched("a")


async def test_events_come_in_order() -> None:
    hub = LiveHub()
    with hub.watch("a") as events:
        for place in range(50):
            hub.publish("a", {"place": place})
        assert [events.get_nowait() for _ in range(50)] == [{"place": p} for p in range(50)]


async def test_who_lags_behind_is_let_go_and_holds_nobody_up() -> None:
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


async def test_a_watch_ends_also_when_its_page_breaks() -> None:
    hub = LiveHub()
    with pytest.raises(RuntimeError), hub.watch("a"):
        raise RuntimeError
    assert len(hub) == 0
