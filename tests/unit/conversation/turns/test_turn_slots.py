"""Turns wait in order for a slot, and one that hangs does not block the others."""

import asyncio

import pytest

from bot.conversation.turns.turn_slots import TurnSlots

pytestmark = pytest.mark.unit


async def test_turns_beyond_the_slots_wait_in_order() -> None:
    slots = TurnSlots(2, patience=60)
    began: list[int] = []
    running = most = 0

    async def turn(number: int) -> None:
        nonlocal running, most
        async with slots.slot():
            began.append(number)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(turn(number) for number in range(20)))

    assert began == list(range(20))
    assert most == 2


async def test_hanging_turn_frees_its_slot_once() -> None:
    slots = TurnSlots(1, patience=0.02)
    hanging, running = asyncio.Event(), asyncio.Event()
    most_beside = 0

    async def hang() -> None:
        async with slots.slot():
            await hanging.wait()

    async def turn() -> None:
        nonlocal most_beside
        async with slots.slot():
            most_beside = max(most_beside, running.is_set() + 1)
            running.set()
            await asyncio.sleep(0.005)
            running.clear()

    hung = asyncio.create_task(hang())
    await asyncio.sleep(0)
    await asyncio.wait_for(turn(), 5)
    hanging.set()
    await hung
    # The place was given back once, and not again at the end: there is still one.
    await asyncio.gather(turn(), turn(), turn())
    assert most_beside == 1


async def test_failed_turn_frees_its_slot() -> None:
    slots = TurnSlots(1, patience=60)
    with pytest.raises(ValueError, match="a mistake"):
        async with slots.slot():
            raise ValueError("a mistake")
    async with asyncio.timeout(5), slots.slot():
        pass
