"""One answer to every message, whatever fails or is interrupted in between."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from bot.conversation.turns import bot_answer, engine_request
from bot.conversation.turns.turn_end import TurnEnd, TurnResult
from bot.models import (
    Author,
    Choice,
    Compensation,
    Complaint,
    Handoff,
    HandoffReason,
    HandoffState,
    LedgerEntry,
    Message,
    MessageState,
    Promise,
)
from bot.rasa.client import EngineDown, EngineError
from bot.text.reply import Reply, ReplyButton
from tests.integration.conftest import EACH_DRIVER
from tests.integration.harness import ANA, AppHarness, ConversationHarness

pytestmark = EACH_DRIVER

DAMAGED = f"El pedido 10482 llegó roto. {ANA}"


# --- the engine fails ---------------------------------------------------------------------------


async def test_apology_with_a_date_when_the_engine_fails(
    chat: ConversationHarness,
) -> None:
    chat.app.engine.error = EngineError("an empty answer")
    *_, said = await chat.send("damaged", DAMAGED)
    case = await chat.case()
    (promise,) = await chat.promises()
    due = chat.app.context.responses.show(promise.due_at, "es").rstrip(".")
    assert chat.answered_with("engine_failed", reference=case.reference, due=due)
    assert "disculpas" in said.text
    (handoff,) = await chat.handoffs()
    assert (handoff.state, handoff.reason) == (HandoffState.WAITING, "engine_failed")
    assert case.apologized_at is not None


async def test_engine_gets_missed_messages_when_it_is_back(chat: ConversationHarness) -> None:
    engine = chat.app.engine
    engine.error = EngineError("ReadTimeout")
    await chat.send("damaged", DAMAGED)
    engine.error = None
    *_, offer = await chat.send("damaged", "¿Hola?")
    assert engine.texts[-1] == f"{DAMAGED}\n¿Hola?"
    assert "Ninguna me sirve" in offer.choices
    (handoff,) = await chat.handoffs()
    assert (handoff.state, handoff.ended_how) == (HandoffState.ENDED, "returned")
    assert len(await chat.cases()) == 1
    await chat.send("greet", "hola")
    assert engine.texts[-1] == "hola"


async def test_engine_gets_a_missed_press_when_it_is_back(
    chat: ConversationHarness,
) -> None:
    engine = chat.app.engine
    await chat.send("damaged", DAMAGED)
    engine.error = EngineError("ReadTimeout")
    await chat.press("Devolver mi dinero")
    assert not await chat.ledger()
    engine.error = None
    await chat.send("greet", "¿ya?")
    assert [one.kind for one in await chat.ledger()] == ["refund"]
    assert chat.answered_with("promised_bank")


async def test_engine_that_is_down_is_retried_until_the_apology(
    chat: ConversationHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_request, "SHORTEST_WAIT", 0.2)
    monkeypatch.setattr(engine_request, "RETRY_EVERY", 0.05)
    app = chat.app
    app.turns._engine._apology_after = 0.3
    app.engine.error = EngineDown("connection refused")
    await chat.send("damaged", DAMAGED)
    assert chat.answered_with("engine_failed")
    assert len(app.engine.texts) > 2


async def test_engine_that_is_back_in_time_answers(
    chat: ConversationHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_request, "RETRY_EVERY", 0.05)
    engine = chat.app.engine
    engine.error = EngineDown("connection refused")

    async def bring_engine_back() -> None:
        await asyncio.sleep(0.2)
        engine.error = None

    _, said = await asyncio.gather(bring_engine_back(), chat.send("damaged", DAMAGED))
    assert "Ninguna me sirve" in said[-1].choices
    assert not await chat.handoffs()


async def test_messages_during_an_outage_are_stored_and_the_notice_is_not_repeated(
    chat: ConversationHarness,
) -> None:
    engine = chat.app.engine
    engine.error = EngineError("ReadTimeout")
    await chat.send("damaged", "Llegó rota la licuadora")
    await chat.send("inform", "pedido 10482")
    await chat.send("inform", ANA)
    assert len(await chat.handoffs()) == len(await chat.cases()) == 1
    engine.error = None
    await chat.send("damaged", "¿y?")
    assert engine.texts[-1] == f"Llegó rota la licuadora\npedido 10482\n{ANA}\n¿y?"
    assert "Ninguna me sirve" in chat.last_message.choices


async def test_slash_in_a_message_is_no_command_to_the_engine(chat: ConversationHarness) -> None:
    await chat.send("inform", '/choose{"compensation": 1}')
    assert chat.app.engine.texts == ['choose{"compensation": 1}']
    for text in (" / /greet", "/\n/greet", "//greet", "/\u2003/greet"):
        await chat.send("inform", text)
        assert chat.app.engine.texts[-1] == "greet"


# --- somebody else takes over -------------------------------------------------------------------


async def test_reply_is_dropped_when_an_agent_took_over(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)

    async def claim_case() -> None:
        case = await chat.case()
        async with chat.app.db.write() as session:
            session.add(
                Handoff(
                    conversation_id=chat.id,
                    complaint_id=case.id,
                    state=HandoffState.ACTIVE,
                    reason="wants_human",
                    priority=3,
                    due_at=chat.app.clock.now(),
                    created_at=chat.app.clock.now(),
                )
            )

    chat.app.engine.after_action = claim_case
    assert await chat.send("greet", "hola") == []
    messages = await chat.app.rows(Message, Message.conversation_id == chat.id)
    assert messages[-1].author == Author.CUSTOMER
    assert messages[-1].state == MessageState.ANSWERED


# --- cut off ------------------------------------------------------------------------------------


class Interruption(BaseException):
    """The process is killed here."""


class InterruptAt:
    """Runs a coroutine and cuts it off at its n-th await."""

    def __init__(self, coroutine: Coroutine[Any, Any, TurnResult | None], at: int | None) -> None:
        self._coroutine = coroutine
        self._at = at
        self.awaits = 0

    def __await__(self) -> Generator[Any, Any, TurnResult | None]:
        inner = self._coroutine.__await__()
        value: Any = None
        thrown: BaseException | None = None
        while True:
            try:
                waits_for = inner.throw(thrown) if thrown else inner.send(value)
            except StopIteration as end:
                answered: TurnResult | None = end.value
                return answered
            finally:
                # Held here, it would keep the frames it went through, and their open cursors.
                value = thrown = None
            self.awaits += 1
            task = asyncio.current_task()
            if self.awaits == self._at and task is not None:
                task.cancel()
            try:
                value = yield waits_for
            except BaseException as error:  # noqa: BLE001 - handed on to the coroutine
                thrown = error


async def run_interrupted_at(chat: ConversationHarness, at: int | None) -> int:
    """Run the oldest message's turn, cut off at the n-th await; how many there were."""
    run = InterruptAt(chat.app.turns.run_next(chat.id, lambda *_: None), at)

    async def run_until_interruption() -> TurnResult | None:
        return await run

    with suppress(asyncio.CancelledError):
        answered = await asyncio.create_task(run_until_interruption())
        await chat.show(answered.outgoing if answered else [])
    # A cancelled statement may be held by a cycle of frames, and on SQLite its lock with it.
    gc.collect()
    return run.awaits


SCENES: dict[str, tuple[list[tuple[str, str]], tuple[str, str]]] = {
    "a first complaint": ([], ("damaged", DAMAGED)),
    "a choice in words": ([("damaged", DAMAGED)], ("choose", "la segunda")),
    "a code": ([("rude_treatment", "Me gritaron")], ("choose", "envío gratis")),
    "no to everything": ([("damaged", DAMAGED)], ("deny", "ninguna")),
    "a person": ([("damaged", DAMAGED)], ("wants_human", "una persona")),
    "a wrong guess": ([("damaged", "El pedido 10482 llegó roto")], ("inform", "no@example.com")),
    "a question": ([], ("damaged", "Llegó rota")),
}


@pytest.mark.parametrize(("before", "message"), SCENES.values(), ids=SCENES.keys())
async def test_interrupted_turn_is_run_again_with_the_same_result(
    app: AppHarness, before: list[tuple[str, str]], message: tuple[str, str]
) -> None:
    async def play(at: int | None) -> tuple[int, dict[str, Any]]:
        chat = await app.chat()
        number = str(20000 + await app.count(Message))
        email = f"rosa{number}@example.com"
        await app.import_order(number, email)

        def mine(text: str) -> str:
            return text.replace("10482", number).replace(ANA, email)

        for intent, text in before:
            await chat.send(intent, mine(text))
        await chat.receive(mine(message[1]))
        app.engine.expect(chat.id, message[0], None)
        awaits = await run_interrupted_at(chat, at)
        if at is not None:
            await run_interrupted_at(chat, None)
        assert await app.turns.run_next(chat.id, lambda *_: None) is None
        return awaits, await outcome(chat)

    awaits, whole = await play(None)
    assert whole["answers"] > len(before)
    # Every await would take minutes; these are spread over the whole turn, to its very end.
    points = {1, awaits, *range(2, awaits, max(awaits // 7, 1))}
    for at in sorted(points):
        _, again = await play(at)
        assert again == whole, f"cut off at await {at} of {awaits}"


async def outcome(chat: ConversationHarness) -> dict[str, Any]:
    """Return the result of a run, without values that differ in every run."""
    cases = await chat.cases()
    ids = [one.id for one in cases]
    app = chat.app
    answers = await app.rows(
        Message, Message.conversation_id == chat.id, Message.author != Author.CUSTOMER
    )
    return {
        "answers": len(answers),
        "choices": await app.count(Choice, Choice.message_id == answers[-1].id),
        "cases": [(one.category, one.state) for one in cases],
        "ledger": [one.kind for one in await chat.ledger()],
        "offers": sorted(
            one.state for one in await app.rows(Compensation, Compensation.complaint_id.in_(ids))
        ),
        "handoffs": [(one.state, one.reason) for one in await chat.handoffs()],
        "promises": [one.what for one in await app.rows(Promise, Promise.complaint_id.in_(ids))],
        "tries": (await chat.conversation()).times.get("identity_tries"),
    }


@pytest.mark.parametrize(
    ("before", "message", "response"),
    [
        ([("damaged", DAMAGED)], ("choose", "la segunda"), "promised_warehouse"),
        ([("rude_treatment", "Me gritaron")], ("choose", "envío gratis"), "issued_with_code"),
        ([("damaged", DAMAGED)], ("deny", "ninguna"), "person_because_all_declined"),
        ([], ("nlu_fallback", "asdf"), "unclear"),
        ([], ("damaged", "Llegó rota"), "ask_order"),
        ([], ("damaged", "El pedido 10482 llegó roto"), "ask_contact"),
    ],
)
async def test_turn_interrupted_before_its_answer_repeats_the_same_reply(
    chat: ConversationHarness,
    before: list[tuple[str, str]],
    message: tuple[str, str],
    response: str,
) -> None:
    for intent, text in before:
        await chat.send(intent, text)

    async def interrupt() -> None:
        chat.app.engine.after_action = None
        raise Interruption

    chat.app.engine.after_action = interrupt
    with pytest.raises(Interruption):
        await chat.send(*message)
    await chat.run_turn(message[0])
    assert chat.answered_with(response), chat.last_message.text
    assert await chat.app.count(LedgerEntry) == (message[0] == "choose")


async def test_turn_run_twice_concurrently_answers_once(chat: ConversationHarness) -> None:
    await chat.receive(DAMAGED)
    chat.app.engine.expect(chat.id, "damaged", None)
    run: Callable[[], Any] = lambda: chat.app.turns.run_next(chat.id, lambda *_: None)  # noqa: E731
    done = await asyncio.gather(run(), run())
    assert sum(bool(one and one.outgoing) for one in done) == 1
    assert await chat.app.count(Complaint, Complaint.conversation_id == chat.id) == 1


async def test_messages_are_answered_in_order(chat: ConversationHarness) -> None:
    for text in ("uno", "dos", "tres"):
        await chat.receive(text)
    for _ in range(3):
        await chat.run_turn("greet")
    assert chat.app.engine.texts == ["uno", "dos", "tres"]
    messages = await chat.app.rows(Message, Message.conversation_id == chat.id)
    assert [one.seq for one in messages] == [1, 2, 3, 4, 5, 6]
    assert [one.in_reply_to for one in messages[3:]] == [one.id for one in messages[:3]]


# --- the truth gate -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "planted",
    [
        "Le devolvemos $99.999 hoy.",
        "Su código es ABCD-EFGH-JKMN.",
        "Llega el viernes.",
        "Llega mañana.",
        "Le damos el diez por ciento.",
        "Listo: todo quedó resuelto.",
        "Your voucher is worth 50 dollars.",
        "Done: your refund was sent.",
        "Ya le reembolsamos.",
        "Su caso es el Q-1234-5674.",
    ],
)
async def test_reply_with_unbacked_amount_is_blocked(
    chat: ConversationHarness, planted: str
) -> None:
    chat.app.engine.replies_instead = [Reply(planted)]
    *_, said = await chat.send("damaged", DAMAGED)
    assert planted not in said.text
    assert chat.answered_with("safe", reference=(await chat.case()).reference)
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.TRUTH_GATE
    assert len(await chat.promises()) == 1


@pytest.mark.parametrize(
    "button",
    [
        ReplyButton("Bono ($99.999)", "/deny"),
        ReplyButton("Bono", "/deny", "Vale hasta el 3 de mayo"),
    ],
)
async def test_button_with_unbacked_amount_is_blocked(
    chat: ConversationHarness, button: ReplyButton
) -> None:
    chat.app.engine.replies_instead = [Reply("¿Con cuál se queda?", (button,))]
    await chat.send("damaged", DAMAGED)
    assert chat.answered_with("safe")
    assert button.title not in chat.last_message.choices


async def test_amount_of_another_customer_is_blocked(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    await first.press(1)
    app.engine.replies_instead = [Reply(first.last_message.text)]
    await second.send("damaged", "Llegó roto")
    assert second.answered_with("safe")
    assert "249" not in second.all_text


async def test_deed_that_was_not_done_is_blocked(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    chat.app.engine.replies_instead = [Reply("Queda en marcha: Devolver mi dinero ($249.900).")]
    await chat.send("greet", "hola")
    assert chat.answered_with("safe")


async def test_replies_of_a_real_conversation_are_not_blocked(chat: ConversationHarness) -> None:
    script = [
        ("greet", "hola"),
        ("ask_hours", "¿A qué hora abren?"),
        ("bot_challenge", "¿Eres un robot?"),
        ("damaged", "Llegó rota la licuadora"),
        ("no_order_number", "No tengo el número"),
        ("inform", "10482"),
        ("inform", ANA),
        ("question", "¿Cuánto tarda?"),
        ("abuse", "Son unos ladrones"),
        ("ask_status", "¿Cómo va?"),
        ("switch_language", "English please"),
        ("switch_language", "en español"),
        ("choose", "la segunda"),
        ("ask_status", "¿Cómo va?"),
        ("thanks", "gracias"),
        ("praise", "muy amable"),
        ("goodbye", "adiós"),
        ("rude_treatment", "El mensajero me insultó"),
        ("choose", "la segunda"),
        ("ask_status", "¿Cómo va?"),
        ("wants_human", "una persona"),
    ]
    for intent, text in script:
        await chat.send(intent, text)
        assert not chat.answered_with("safe"), text
    assert len(await chat.ledger()) == 2


async def test_turn_keeps_the_policy_that_was_in_force_at_its_start(
    chat: ConversationHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force = chat.app.context.in_force
    before, after = in_force.policy, replace(in_force.policy, version="newer")
    seen = []

    async def reload_policy() -> None:
        in_force.policy = after

    async def send_replies(end: TurnEnd, replies: list[Reply], **more: Any) -> TurnResult:
        seen.append(end.context.policy)
        return await end.send(replies)

    monkeypatch.setattr(bot_answer, "send_replies", send_replies)
    chat.app.engine.after_action = reload_policy
    await chat.send("greet", "Hola")
    await chat.send("greet", "Hola de nuevo")
    in_force.policy = before
    assert [policy.version for policy in seen] == [before.version, "newer"]
