"""The short version that a waiting customer sees, and may correct without losing their place."""

import pytest

from bot.conversation.agents import agent_actions
from bot.handoffs import wait_estimate
from tests.integration.stage import ANA, Stage, Theatre

DAMAGED = {"es": "Llegó rota la licuadora", "en": "My blender arrived broken"}
PERSON = {"es": "quiero una persona", "en": "I want a person"}


async def place(stage: Stage) -> int:
    async with stage.theatre.db.read() as session:
        return await wait_estimate.place(session, await stage.handoff())


async def waits(stage: Stage, language: str = "es") -> None:
    await stage.customer("damaged", DAMAGED[language])
    await stage.customer("wants_human", PERSON[language])


@pytest.mark.parametrize("language", ["es", "en"])
async def test_what_is_passed_on_is_shown_with_a_yes_and_a_no(
    theatre: Theatre, language: str
) -> None:
    stage = await theatre.stage(language)
    await waits(stage, language)
    assert stage.told("summary")
    says = theatre.desk.wording.say
    assert stage.last.choices[:2] == (
        says("summary_right", language),
        says("summary_wrong", language),
    )
    assert (await stage.handoff()).summary_state == "shown"


async def test_where_nothing_was_told_nothing_is_summed_up(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    assert not stage.ever_told("summary")
    assert (await stage.handoff()).summary_state is None


async def test_it_is_shown_once(stage: Stage) -> None:
    await waits(stage)
    await stage.customer("wants_human", PERSON["es"])
    assert not stage.told("summary")


async def test_a_yes_is_kept_and_the_wait_goes_on(stage: Stage) -> None:
    await waits(stage)
    before = (await stage.handoff()).due_at
    await stage.press(1)
    assert stage.told("summary_kept")
    found = await stage.handoff()
    assert (found.state, found.summary_state, found.due_at) == ("waiting", "right", before)


async def test_a_correction_reaches_the_packet_and_the_place_stays(theatre: Theatre) -> None:
    first, second = await theatre.stage(), await theatre.stage()
    await waits(first)
    theatre.clock.forward(minutes=3)
    await waits(second)
    assert await place(first) == 1
    theatre.clock.forward(minutes=3)
    await first.press(2)
    assert first.told("summary_correct")
    assert (await first.handoff()).summary_state == "wrong"
    heard = len(theatre.engine.heard)
    await first.customer("inform", "No era la licuadora, era la cafetera")
    assert first.told("summary_again", words="No era la licuadora, era la cafetera")
    found = await first.handoff()
    assert found.corrections == ["No era la licuadora, era la cafetera"]
    assert found.summary_state == "corrected"
    assert [await place(first), await place(second)] == [1, 2]
    assert len(theatre.engine.heard) == heard  # nobody had to think about it


async def test_a_corrected_order_is_matched_while_waiting(stage: Stage) -> None:
    await waits(stage)
    assert (await stage.case()).order_id is None
    await stage.press(2)
    await stage.customer("inform", f"Es el pedido 10482 y mi correo es {ANA}")
    case, order = await stage.case(), await stage.order("10482")
    assert (case.order_id, case.contact_id) == (order.id, order.contact_id)
    assert "10482" in stage.last.text
    assert (await stage.conversation()).proven_by == "order"


async def test_a_wrong_order_in_a_correction_proves_nobody(stage: Stage) -> None:
    await waits(stage)
    await stage.press(2)
    await stage.customer("inform", "Es el pedido 10482 y mi correo es otra@example.com")
    assert (await stage.case()).order_id is None
    assert (await stage.conversation()).contact_id is None


async def test_a_long_correction_is_passed_on_whole(stage: Stage) -> None:
    await waits(stage)
    await stage.press(2)
    long = "era otra cosa " * 60
    await stage.customer("inform", long)
    assert (await stage.handoff()).corrections == [long]
    assert len(stage.last.text) < len(long)


async def test_after_a_correction_the_next_words_are_not_another(stage: Stage) -> None:
    await waits(stage)
    await stage.press(2)
    await stage.customer("inform", "era azul")
    await stage.customer("inform", "¿hay alguien?")
    assert (await stage.handoff()).corrections == ["era azul"]


async def test_who_has_a_person_no_longer_corrects_the_summary(stage: Stage) -> None:
    laura = await stage.theatre.person()
    await waits(stage)
    await stage.press(2)
    await stage.claimed_by(laura)
    await stage.does(agent_actions.opened, laura)
    assert await stage.customer("inform", "era azul") == []
    assert (await stage.handoff()).corrections == []
