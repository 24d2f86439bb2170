"""What agents do in a conversation, and what the customer is told of it."""

from datetime import timedelta

import pytest

from bot.compensation.agent_remedies import RemedyRequest
from bot.conversation.agents import agent_actions, agent_offers
from bot.models import (
    Author,
    CaseEvent,
    Compensation,
    CompensationState,
    ComplaintState,
    HandoffEnding,
    HandoffReason,
    HandoffState,
    Message,
    MessageState,
    Offer,
    OfferState,
    Promise,
)
from tests.integration.harness import ANA, ConversationHarness, contains_response

DAMAGED = f"El pedido 10482 llegó roto. {ANA}"
SECOND = {"es": "una persona, por favor", "en": "a person, please"}


async def answer_promise_states(chat: ConversationHarness) -> list[str]:
    """Return the state of each promise of an answer."""
    return [one.state for one in await chat.app.rows(Promise, Promise.what == "answer")]


async def give_voucher(chat: ConversationHarness, agent: object, request_id: str = "g") -> None:
    await chat.perform(
        agent_offers.give,
        agent,
        remedy_request=RemedyRequest("small_voucher"),
        request_id=request_id,
    )


@pytest.mark.parametrize("language", ["es", "en"])
async def test_customer_is_told_of_every_step_in_their_language(
    chat: ConversationHarness, language: str
) -> None:
    here = await chat.app.chat(language)
    laura = await chat.app.agent()
    carlos = await chat.app.agent("Carlos Ruiz")
    await here.send("wants_human", SECOND[language])
    due = here.app.clock.now() + timedelta(days=1)

    def only_answer_is(name: str, **values: str) -> bool:
        text = here.last_message.text
        own = here.app.context.responses.texts[name][language]
        return (
            contains_response(here.app.context, text, name, **values)
            and text[:8]
            == own.format_map({"agent": "Laura", "reference": "", "words": "", "due": ""}).replace(
                "«»", ""
            )[:8]
        )

    await here.assign_to(laura)
    assert here.last_answer == []  # not before she has read it
    await here.perform(agent_actions.mark_read, laura)
    assert only_answer_is("agent_read", agent="Laura")
    await here.perform(
        agent_actions.make_commitment, laura, words="llamo a la bodega", due_at=due, request_id="p"
    )
    assert here.answered_with("agent_promised", words="llamo a la bodega")
    show = here.app.context.responses.show
    assert show(due, language).rstrip(".") in here.last_message.text
    await here.perform(agent_actions.transfer, carlos, laura.name)
    assert here.answered_with("agent_introduced", agent="Carlos")
    await here.perform(agent_actions.release, carlos.name)
    assert here.answered_with("agent_left", agent="Carlos")
    assert {one.author for one in here.last_answer} == {Author.SYSTEM}
    spoken = {one.author for one in here.shown} - {"bot"}
    assert spoken == {Author.SYSTEM}


async def test_customer_sees_only_the_agents_first_name(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.perform(agent_actions.mark_read, laura)
    message = await chat.agent_says(laura, "Hola, yo me encargo.")
    assert message.author_name == "Laura"
    assert "Gómez" not in chat.all_text


async def test_first_message_of_an_agent_keeps_the_promise(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    assert await answer_promise_states(chat) == ["open"]  # a claim is no answer
    await chat.perform(agent_actions.mark_read, laura)
    assert await answer_promise_states(chat) == ["open"]  # nor is reading
    await chat.agent_says(laura, "Hola, soy Laura y me encargo.")
    assert await answer_promise_states(chat) == ["kept"]


async def test_agent_who_answers_has_read_the_case(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.agent_says(laura, "Hola.")
    assert [one.author for one in chat.last_answer] == [Author.SYSTEM, Author.AGENT]
    assert chat.answered_with("agent_read", agent="Laura")
    await chat.agent_says(laura, "Ya lo tengo.")
    assert [one.author for one in chat.last_answer] == [Author.AGENT]


async def test_agents_message_sent_again_is_one_message(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    first = await chat.agent_says(laura, "Hola.", request_id="same")
    again = await chat.agent_says(laura, "Hola.", request_id="same")
    assert again.id == first.id
    assert chat.last_answer == []
    assert await chat.app.count(Message, Message.author == Author.AGENT) == 1


async def test_bot_does_not_answer_while_an_agent_has_the_case(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    heard = len(chat.app.engine.texts)
    for text in (DAMAGED, "¿hola?", "quiero una persona", "3"):
        assert await chat.send("damaged", text) == []
    assert len(chat.app.engine.texts) == heard
    # Facts that were told to the agent are matched all the same.
    assert (await chat.case()).order_id == (await chat.order("10482")).id


async def test_claim_closes_the_bots_buttons(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    step = await chat.assign_to(laura)
    assert step.closed_seqs
    with pytest.raises(Exception, match="choice_gone"):
        await chat.press(1)
    assert not await chat.ledger()


async def test_engines_answer_after_a_claim_is_dropped(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.press("Seguir con el asistente")

    async def meanwhile() -> None:
        # While the engine thinks, the case is handed over and Laura takes it.
        chat.app.engine.after_action = None
        async with chat.app.db.write() as session:
            from bot.handoffs import queue
            from bot.models import Conversation

            conversation = await session.get_one(Conversation, chat.id)
            message = await session.get_one(Message, incoming.id)
            await queue.hand_off(
                session, chat.app.context, conversation, message, HandoffReason.WANTS_HUMAN
            )
        await chat.assign_to(laura)

    incoming, _ = await chat.receive(DAMAGED)
    chat.app.engine.after_action = meanwhile
    before = len(chat.shown)
    assert await chat.run_turn("damaged") == []
    assert len(chat.shown) == before
    claimed_at = (await chat.handoff()).claimed_at
    assert claimed_at is not None
    assert not await chat.app.count(
        Message, Message.conversation_id == chat.id, Message.author == Author.BOT,
        Message.at > claimed_at,
    )  # fmt: skip
    (state,) = [one.state for one in await chat.app.rows(Message, Message.id == incoming.id)]
    assert state == MessageState.ANSWERED  # it is not asked again


async def test_claim_during_an_answer_in_the_queue_drops_the_answer(
    chat: ConversationHarness,
) -> None:
    """The engine failed once, so the next message goes to it although an agent is awaited."""
    from bot.rasa.client import EngineError

    laura = await chat.app.agent()
    chat.app.engine.error = EngineError("broken")
    await chat.send("damaged", DAMAGED)
    assert (await chat.handoff()).reason == HandoffReason.ENGINE_FAILED
    chat.app.engine.error = None

    async def claims() -> None:
        await chat.assign_to(laura)

    chat.app.engine.after_action = claims
    assert await chat.send("inform", "¿hola?") == []
    found = await chat.handoff()
    assert (found.state, found.agent_id) == (HandoffState.ACTIVE, laura.id)


@pytest.mark.parametrize("language", ["es", "en"])
async def test_bot_respects_what_the_agent_settled(
    chat: ConversationHarness, language: str
) -> None:
    here = await chat.app.chat(language)
    laura = await chat.app.agent()
    damaged = {"es": DAMAGED, "en": f"My order 10482 arrived broken. {ANA}"}[language]
    await here.send("damaged", damaged)
    await here.send("wants_human", SECOND[language])
    await here.assign_to(laura)
    due = here.app.clock.now() + timedelta(days=2)
    await here.perform(
        agent_actions.make_commitment, laura, words="recogemos el otro", due_at=due, request_id="p"
    )
    await give_voucher(here, laura)
    code = (await here.accepted_remedies())[0].code
    assert code
    assert code in here.last_message.text
    await here.perform(agent_actions.return_to_bot, laura)
    assert here.answered_with("returned", agent="Laura")
    assert here.answered_with("returned_given")
    assert here.answered_with("returned_promised", words="recogemos el otro")
    found, case = await here.handoff(), await here.case()
    assert (found.state, found.ended_how, case.state) == (
        HandoffState.ENDED,
        "returned",
        "resolved",
    )

    await here.send("ask_status", "¿cómo va mi caso?" if language == "es" else "how is my case?")
    assert code in here.last_message.text
    assert here.answered_with("status_commitment", words="recogemos el otro")
    offers = await here.app.count(Offer, Offer.state == OfferState.OPEN)
    assert offers == 0
    # The same thing again: what was given is told, nothing is offered and nobody else is asked.
    await here.send("damaged", damaged)
    assert here.answered_with("order_remedied")
    assert not here.answered_with("offer_again")
    assert await here.app.count(Offer, Offer.state == OfferState.OPEN) == 0
    assert len(await here.ledger()) == 1


async def test_bot_continues_after_a_return_with_nothing_settled(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.agent_says(laura, "Le devuelvo con el asistente para que elija.")
    await chat.perform(agent_actions.return_to_bot, laura)
    assert chat.answered_with("returned", agent="Laura")
    assert not chat.answered_with("returned_given")
    assert (await chat.case()).state == ComplaintState.OPEN
    said = await chat.send("damaged", DAMAGED)
    assert "Ninguna me sirve" in said[-1].choices
    await chat.press(1)
    assert len(await chat.ledger()) == 1


async def test_agents_commitment_alone_counts_as_settled(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    due = chat.app.clock.now() + timedelta(days=2)
    await chat.perform(
        agent_actions.make_commitment,
        laura,
        words="lo recojo el jueves",
        due_at=due,
        request_id="p",
    )
    await chat.perform(agent_actions.return_to_bot, laura)
    assert (await chat.case()).state == ComplaintState.RESOLVED
    assert await chat.app.count(Offer, Offer.state == OfferState.OPEN) == 0
    await chat.send("ask_status", "¿cómo va?")
    assert chat.answered_with("status_commitment", words="lo recojo el jueves")


async def test_commitment_sent_again_is_one_promise(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    due = chat.app.clock.now() + timedelta(days=2)
    for _ in range(2):
        await chat.perform(
            agent_actions.make_commitment, laura, words="x", due_at=due, request_id="p"
        )
    assert chat.last_answer == []
    assert await chat.app.count(Promise, Promise.what == "commitment") == 1


async def test_kept_commitment_is_told_once(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    due = chat.app.clock.now() + timedelta(days=2)
    await chat.perform(
        agent_actions.make_commitment, laura, words="llamo", due_at=due, request_id="p"
    )
    (made,) = await chat.app.rows(Promise, Promise.what == "commitment")
    told = []
    for _ in range(2):
        async with chat.app.db.write() as session:
            said = await agent_actions.keep_commitment(
                session, chat.app.context, await chat.case(), made, laura
            )
        told += [said.text] if said else []
    assert len(told) == 1
    assert contains_response(chat.app.context, told[0], "commitment_kept", words="llamo")


async def test_resolved_case_has_a_cause_and_no_open_offer(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.perform(agent_actions.resolve, laura, "carrier_damage")
    assert chat.answered_with("resolved_by_agent", reference=(await chat.case()).reference)
    found, case = await chat.handoff(), await chat.case()
    assert (found.state, found.ended_how) == (HandoffState.ENDED, "resolved")
    assert (case.state, case.cause) == (ComplaintState.RESOLVED, "carrier_damage")
    assert await answer_promise_states(chat) == ["kept"]
    assert {one.state for one in await chat.app.rows(Offer)} == {OfferState.VOID}
    assert {one.state for one in await chat.app.rows(Compensation)} == {CompensationState.VOID}
    events = await chat.app.rows(CaseEvent, CaseEvent.actor == laura.name)
    assert [one.what for one in events][-3:] == ["handoff ended", "resolved", "cause"]


async def test_abandoned_case_continues_when_the_customer_writes(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.perform(agent_actions.abandon, laura)
    assert chat.answered_with("abandoned", reference=(await chat.case()).reference)
    assert (await chat.handoff()).ended_how == HandoffEnding.ABANDONED
    assert (await chat.case()).state == ComplaintState.OPEN
    said = await chat.send("damaged", DAMAGED)
    assert "Ninguna me sirve" in said[-1].choices
    assert len(await chat.cases()) == 1


async def test_second_request_for_a_human_is_a_second_handoff_of_the_case(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.send("wants_human", "una persona ya")
    assert len(await chat.handoffs()) == 1
    await chat.assign_to(laura)
    await chat.perform(agent_actions.return_to_bot, laura)
    await chat.send("wants_human", "otra vez una persona")
    first, second = await chat.handoffs()
    assert (first.state, second.state) == (HandoffState.ENDED, HandoffState.WAITING)
    assert first.complaint_id == second.complaint_id
