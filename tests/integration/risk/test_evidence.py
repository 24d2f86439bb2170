"""Risk flags: a person looks first, nobody is refused, and customers read what all others read."""

import io
import random
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from bot import photo
from bot.casefile import build
from bot.conversation.agents import agent_actions
from bot.customers import fingerprints
from bot.models import (
    Compensation,
    Complaint,
    ComplaintState,
    Conversation,
    HandoffEnding,
    HandoffReason,
    HandoffState,
    LedgerEntry,
    Order,
    RiskFlag,
)
from bot.policy.signal_spec import SIGNAL_NAMES, SignalsSpec
from bot.risk import evidence
from bot.risk.signals import Signal
from tests.integration.harness import AppHarness, ConversationHarness

SECRET = "0123456789abcdef0123456789abcdef"
PERIOD = {"from": 1, "days": 365}
ALL = {
    "claims": {"from": 3, "days": 90},
    **{f"same_{what}": PERIOD for what in ("address", "phone", "email", "device", "network")},
    "order_age": {"days": 120},
    "signed": {},
    "photo": {"days": 365},
}
# Words that would show a customer that somebody doubts them.
ACCUSING = re.compile(
    r"sospech|fraud|señal|signal|indici|verific|comprob|revis|sign[eo]d|firm|suspect|abus|doubt|duda"
    r"|to_check|check|misma foto|same photo|mism[oa] (direcc|navega|red|tel)|otros clientes",
    re.IGNORECASE,
)


def use_signals(app: AppHarness, **signals: Any) -> None:
    """Check these signals from now on, by default all; each sends the case to a human."""
    spec = SignalsSpec.model_validate({"to_person_from": 1, **(signals or ALL)})
    app.use_policy(replace(app.context.policy, signals=spec))


async def complain(
    app: AppHarness, number: str, email: str, category: str = "damaged", **more: str
) -> ConversationHarness:
    """Import an order, and let its customer complain about it in a new chat."""
    await app.import_order(number, email, **more)
    chat = await app.chat()
    await chat.send(category, f"El pedido {number} salió mal, {email}")
    return chat


async def read_flags(chat: ConversationHarness) -> dict[str, dict[str, Any]]:
    """Return the details of the case's risk flags by signal."""
    case = await chat.case()
    rows = await chat.app.rows(RiskFlag, RiskFlag.complaint_id == case.id)
    return {flag.signal: flag.detail for flag in rows}


async def set_keys(app: AppHarness, chat: ConversationHarness, **keys: str) -> None:
    async with app.db.write() as session:
        conversation = await session.get_one(Conversation, chat.id)
        for name, value in keys.items():
            setattr(conversation, name, value)


async def move_to_one_address(app: AppHarness, *numbers: str) -> None:
    """Give these orders the same delivery address."""
    async with app.db.write() as session:
        for number in numbers:
            order = (await session.scalars(select(Order).where(Order.number == number))).one()
            order.address_key = fingerprints.hash_address(SECRET, "Calle 12 # 3-45, Apto. 601")


def draw_photo(seed: int, quality: int = 85) -> bytes:
    generator = random.Random(seed)  # noqa: S311 - no secret
    small = Image.new("L", (12, 9))
    small.putdata([generator.randrange(256) for _ in range(12 * 9)])
    buffer = io.BytesIO()
    small.resize((800, 600), Image.Resampling.BICUBIC).convert("RGB").save(
        buffer, "JPEG", quality=quality
    )
    return buffer.getvalue()


async def send_with_photo(chat: ConversationHarness, raw: bytes, category: str, text: str) -> None:
    app = chat.app
    async with app.db.write() as session:
        stored = photo.store(session, app.photos, chat.id, photo.sanitize(raw))
    await chat.receive(text, photos=[stored.id])
    await chat.run_turn(category)


async def test_many_claims_send_case_to_human_with_reasons(
    app: AppHarness,
) -> None:
    use_signals(app, claims={"from": 3, "days": 90})
    first = await complain(app, "30001", "rosa@example.com")
    second = await complain(app, "30002", "rosa@example.com")
    assert not await first.handoffs()
    assert not await second.handoffs()
    third = await complain(app, "30003", "rosa@example.com")
    (waiting,) = await third.handoffs()
    assert waiting.reason == HandoffReason.TO_CHECK
    assert not await third.app.rows(
        Compensation, Compensation.complaint_id == (await third.case()).id
    )
    detail = (await read_flags(third))["claims"]
    assert (detail["count"], detail["days"]) == (3, 90)
    references = {(await chat.case()).reference for chat in (first, second, third)}
    assert set(detail["references"]) == references


async def test_claims_before_the_period_do_not_count(app: AppHarness) -> None:
    use_signals(app, claims={"from": 2, "days": 30})
    await complain(app, "30001", "rosa@example.com")
    app.clock.advance(days=31)
    later = await complain(app, "30002", "rosa@example.com")
    assert not await later.handoffs()


async def test_merged_case_counts_once(app: AppHarness) -> None:
    use_signals(app, claims={"from": 3, "days": 90})
    first = await complain(app, "30001", "rosa@example.com")
    again = await app.chat()
    await again.send("damaged", "El pedido 30001 salió mal, rosa@example.com")
    assert await app.count(Complaint, Complaint.state == ComplaintState.CLOSED) == 1
    second = await complain(app, "30002", "rosa@example.com")
    for chat in (first, again, second):
        assert not await chat.handoffs()


async def test_same_address_of_other_customer_raises_signal(app: AppHarness) -> None:
    use_signals(app, same_address=PERIOD)
    for number, email in (("30001", "rosa@example.com"), ("30002", "luis@example.com")):
        await app.import_order(number, email)
    await move_to_one_address(app, "30001", "30002")
    rosa, luis = await app.chat(), await app.chat()
    await rosa.send("damaged", "El pedido 30001 salió mal, rosa@example.com")
    assert not await rosa.handoffs()  # no other customer has complained from there
    await luis.send("damaged", "El pedido 30002 salió mal, luis@example.com")
    assert (await luis.handoff()).reason == HandoffReason.TO_CHECK
    detail = (await read_flags(luis))["same_address"]
    assert detail["references"] == [(await rosa.case()).reference]


async def test_same_phone_with_other_email_raises_signal(app: AppHarness) -> None:
    use_signals(app, same_phone=PERIOD)
    await complain(app, "30001", "rosa@example.com", phone="3001234567")
    same = await complain(app, "30002", "rosa@example.com", phone="3001234567")
    assert not await same.handoffs()
    other = await complain(app, "30003", "luis@example.com", phone="+57 300 123 4567")
    assert set(await read_flags(other)) == {"same_phone"}


async def test_same_email_of_other_customer_raises_signal(app: AppHarness) -> None:
    use_signals(app, same_email=PERIOD)
    await app.import_order("30001", "rosa@example.com", phone="3001234567")
    # The phone identifies the first customer, the order has another e-mail address.
    await complain(app, "30002", "luis@example.com", phone="3001234567")
    other = await complain(app, "30003", "luis@example.com", phone="3019999999")
    assert set(await read_flags(other)) == {"same_email"}


@pytest.mark.parametrize("kind", ["device", "network"])
async def test_same_device_or_network_raises_signal(app: AppHarness, kind: str) -> None:
    use_signals(app, **{f"same_{kind}": PERIOD})
    rosa = await complain(app, "30001", "rosa@example.com")
    await set_keys(app, rosa, **{f"{kind}_key": "k" * 64})
    await app.import_order("30002", "luis@example.com")
    luis = await app.chat()
    await set_keys(app, luis, **{f"{kind}_key": "k" * 64})
    await luis.send("damaged", "El pedido 30002 salió mal, luis@example.com")
    assert set(await read_flags(luis)) == {f"same_{kind}"}


async def test_old_order_and_signed_delivery_raise_signals(app: AppHarness) -> None:
    use_signals(app, order_age={"days": 120}, signed={})
    chat = await complain(
        app,
        "30001",
        "rosa@example.com",
        "not_delivered",
        placed_at="2026-05-01T09:00:00-05:00",
        delivered_at="2026-05-04T09:00:00-05:00",
        signed_by="R. Mora",
    )
    assert await read_flags(chat) == {
        "order_age": {"count": 203, "days": 120},
        "signed": {"by": "R. Mora"},
    }


async def test_photo_of_other_customers_case_raises_signal(app: AppHarness) -> None:
    use_signals(app, photo={"days": 365})
    for number, email in (("30001", "rosa@example.com"), ("30002", "luis@example.com")):
        await app.import_order(number, email)
    rosa, luis, other = [await app.chat() for _ in range(3)]
    await send_with_photo(
        rosa, draw_photo(1), "damaged", "El pedido 30001 salió mal, rosa@example.com"
    )
    await send_with_photo(
        luis, draw_photo(1, quality=40), "damaged", "El pedido 30002 salió mal, luis@example.com"
    )
    assert not await rosa.handoffs()
    assert (await read_flags(luis))["photo"]["references"] == [(await rosa.case()).reference]
    await app.import_order("30003", "sara@example.com")
    await send_with_photo(
        other, draw_photo(2), "damaged", "El pedido 30003 salió mal, sara@example.com"
    )
    assert not await other.handoffs()


async def test_same_photo_in_own_case_raises_nothing(app: AppHarness) -> None:
    use_signals(app, photo={"days": 365})
    await app.import_order("30001", "rosa@example.com")
    first, again = await app.chat(), await app.chat()
    text = "El pedido 30001 salió mal, rosa@example.com"
    await send_with_photo(first, draw_photo(1), "damaged", text)
    await send_with_photo(again, draw_photo(1), "damaged", text)
    assert await app.count(RiskFlag) == 0


async def test_case_returned_by_agent_is_not_checked_again(app: AppHarness) -> None:
    use_signals(app, signed={})
    laura = await app.agent()
    chat = await complain(app, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora")
    await chat.assign_to(laura)
    await chat.perform(agent_actions.return_to_bot, laura)
    await chat.send("inform", "¿Entonces?")
    assert "Ninguna me sirve" in chat.last_message.choices
    assert len(await chat.handoffs()) == 1


async def test_customer_who_returns_to_assistant_gets_no_offer(app: AppHarness) -> None:
    use_signals(app, signed={})
    chat = await complain(app, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora")
    await chat.send("go_on", "Sigamos usted y yo")
    await chat.send("inform", "¿Entonces?")
    assert not await app.count(Compensation)
    assert not await app.count(LedgerEntry)


async def test_agent_sees_reasons_in_their_language(app: AppHarness) -> None:
    use_signals(app, signed={})
    laura = await app.agent()
    chat = await complain(app, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora")
    async with app.db.read() as session:
        case = await chat.case()
        packet = await build.build_packet(session, app.context, case, None, laura)
    (signal,) = packet.signals
    assert (signal.signal, signal.detail) == ("signed", {"by": "R. Mora"})
    assert "R. Mora" not in packet.summary
    for name in SIGNAL_NAMES:
        for language in ("es", "en"):
            assert app.context.responses.render(
                f"signal_{name}", language, count=2, days=3, by="R. Mora"
            )


def texts_shown(chat: ConversationHarness) -> list[str]:
    """Return what the customer reads, without the case's reference."""
    return [re.sub(r"Q-\d{4}-\d{4}", "Q", str(message)) for message in chat.shown]


async def test_flagged_customer_reads_same_texts_as_others_in_queue(
    app: AppHarness,
) -> None:
    before = app.context.policy
    (rule,) = (rule for rule in before.rules if rule.id == "not_delivered")
    by_policy = rule.model_copy(update={"person": True, "offer": (), "entitlement": None})
    rules = (by_policy, *before.rules)
    app.use_policy(replace(before, rules=rules, signals=SignalsSpec()))
    text = "El pedido {} no llegó, {}"
    await app.import_order("30001", "rosa@example.com")
    await app.import_order("30002", "luis@example.com", signed_by="R. Mora")
    unflagged = await app.chat()
    await unflagged.send("not_delivered", text.format("30001", "rosa@example.com"))
    await unflagged.send("status", "¿Cómo va mi caso?")
    async with app.db.write() as session:
        handoff = await unflagged.handoff()
        for row in await app.rows(type(handoff)):
            fresh = await session.get_one(type(handoff), row.id)
            fresh.state, fresh.ended_how = HandoffState.ENDED, HandoffEnding.RESOLVED
    app.use_policy(before)
    use_signals(app, signed={})
    flagged = await app.chat()
    await flagged.send("not_delivered", text.format("30002", "luis@example.com"))
    await flagged.send("status", "¿Cómo va mi caso?")
    assert (await unflagged.handoff()).reason == HandoffReason.RULE_SAYS_PERSON
    assert (await flagged.handoff()).reason == HandoffReason.TO_CHECK
    assert [text.replace("30002", "30001") for text in texts_shown(flagged)] == texts_shown(
        unflagged
    )
    unflagged_handoff, flagged_handoff = await unflagged.handoff(), await flagged.handoff()
    assert unflagged_handoff.priority == flagged_handoff.priority


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.sets(st.sampled_from(SIGNAL_NAMES), min_size=1),
    category=st.sampled_from(["damaged", "not_delivered", "late_delivery", "wrong_item"]),
    language=st.sampled_from(["es", "en"]),
    number=st.integers(40000, 49999),
)
async def test_no_signal_is_shown_to_customer_or_refuses_anybody(
    app: AppHarness,
    monkeypatch: pytest.MonkeyPatch,
    names: set[str],
    category: str,
    language: str,
    number: int,
) -> None:
    async def find_signals(*_: object) -> tuple[Signal, ...]:
        detail = {"count": 7, "days": 30, "by": "R. Mora", "references": ["Q-1111-1111"]}
        return tuple(Signal(name, detail) for name in sorted(names))

    use_signals(app)
    monkeypatch.setattr(evidence, "find_signals", find_signals)
    email = f"rosa{number}@example.com"
    await app.import_order(str(number), email)
    chat = await app.chat(language)
    complaints = {"es": "El pedido {} salió mal, {}", "en": "My order {} went wrong, it is {}"}
    await chat.send(category, complaints[language].format(number, email))
    if (await chat.cases())[-1:] and not await chat.handoffs():
        return  # an earlier example had this order, so its case is the same
    await chat.send("status", {"es": "¿Cómo va?", "en": "How is it going?"}[language])
    assert not ACCUSING.search(chat.all_text), chat.all_text
    assert "Q-1111-1111" not in chat.all_text
    waiting = await chat.handoff()
    assert (waiting.state, waiting.reason) == (HandoffState.WAITING, "to_check")
    assert (await chat.case()).state == ComplaintState.OPEN
    assert [promise.what for promise in await chat.promises()] == ["answer"]
    assert set(await read_flags(chat)) == names
