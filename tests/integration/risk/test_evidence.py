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
# What would tell a customer that somebody doubts them.
ACCUSING = re.compile(
    r"sospech|fraud|señal|signal|indici|verific|comprob|revis|sign[eo]d|firm|suspect|abus|doubt|duda"
    r"|to_check|check|misma foto|same photo|mism[oa] (direcc|navega|red|tel)|otros clientes",
    re.IGNORECASE,
)


def looking_for(app: AppHarness, **signals: Any) -> None:
    """From now on, these signals are looked for; each brings a person."""
    spec = SignalsSpec.model_validate({"to_person_from": 1, **(signals or ALL)})
    app.use_policy(replace(app.context.policy, signals=spec))


async def complains(
    app: AppHarness, number: str, email: str, category: str = "damaged", **more: str
) -> ConversationHarness:
    """A customer with an order of their own, who complains about it."""
    await app.import_order(number, email, **more)
    chat = await app.chat()
    await chat.send(category, f"El pedido {number} salió mal, {email}")
    return chat


async def raised(chat: ConversationHarness) -> dict[str, dict[str, Any]]:
    """What was kept of the case, by signal."""
    case = await chat.case()
    rows = await chat.app.rows(RiskFlag, RiskFlag.complaint_id == case.id)
    return {one.signal: one.detail for one in rows}


async def with_key(app: AppHarness, chat: ConversationHarness, **keys: str) -> None:
    async with app.db.write() as session:
        conversation = await session.get_one(Conversation, chat.id)
        for name, value in keys.items():
            setattr(conversation, name, value)


async def live_at(app: AppHarness, *numbers: str) -> None:
    """These orders went to one address."""
    async with app.db.write() as session:
        for number in numbers:
            order = (await session.scalars(select(Order).where(Order.number == number))).one()
            order.address_key = fingerprints.of_address(SECRET, "Calle 12 # 3-45, Apto. 601")


def scene(seed: int, quality: int = 85) -> bytes:
    drawn = random.Random(seed)  # noqa: S311 - no secret
    small = Image.new("L", (12, 9))
    small.putdata([drawn.randrange(256) for _ in range(12 * 9)])
    out = io.BytesIO()
    small.resize((800, 600), Image.Resampling.BICUBIC).convert("RGB").save(
        out, "JPEG", quality=quality
    )
    return out.getvalue()


async def with_photo(chat: ConversationHarness, raw: bytes, category: str, text: str) -> None:
    app = chat.app
    async with app.db.write() as session:
        kept = photo.keep(session, app.photos, chat.id, photo.clean(raw))
    await chat.receive(text, photos=[kept.id])
    await chat.run_turn(category)


async def test_many_claims_of_one_person_bring_a_person_with_the_reasons(
    app: AppHarness,
) -> None:
    looking_for(app, claims={"from": 3, "days": 90})
    first = await complains(app, "30001", "rosa@example.com")
    second = await complains(app, "30002", "rosa@example.com")
    assert not await first.handoffs()
    assert not await second.handoffs()
    third = await complains(app, "30003", "rosa@example.com")
    (waiting,) = await third.handoffs()
    assert waiting.reason == HandoffReason.TO_CHECK
    assert not await third.app.rows(
        Compensation, Compensation.complaint_id == (await third.case()).id
    )
    detail = (await raised(third))["claims"]
    assert (detail["count"], detail["days"]) == (3, 90)
    told = {(await one.case()).reference for one in (first, second, third)}
    assert set(detail["references"]) == told


async def test_old_claims_are_forgotten(app: AppHarness) -> None:
    looking_for(app, claims={"from": 2, "days": 30})
    await complains(app, "30001", "rosa@example.com")
    app.clock.advance(days=31)
    later = await complains(app, "30002", "rosa@example.com")
    assert not await later.handoffs()


async def test_a_case_that_was_told_twice_counts_once(app: AppHarness) -> None:
    looking_for(app, claims={"from": 3, "days": 90})
    first = await complains(app, "30001", "rosa@example.com")
    again = await app.chat()
    await again.send("damaged", "El pedido 30001 salió mal, rosa@example.com")
    assert await app.count(Complaint, Complaint.state == ComplaintState.CLOSED) == 1
    second = await complains(app, "30002", "rosa@example.com")
    for chat in (first, again, second):
        assert not await chat.handoffs()


async def test_one_address_with_other_customers_is_seen(app: AppHarness) -> None:
    looking_for(app, same_address=PERIOD)
    for number, email in (("30001", "rosa@example.com"), ("30002", "luis@example.com")):
        await app.import_order(number, email)
    await live_at(app, "30001", "30002")
    rosa, luis = await app.chat(), await app.chat()
    await rosa.send("damaged", "El pedido 30001 salió mal, rosa@example.com")
    assert not await rosa.handoffs()  # nobody else has complained from there
    await luis.send("damaged", "El pedido 30002 salió mal, luis@example.com")
    assert (await luis.handoff()).reason == HandoffReason.TO_CHECK
    detail = (await raised(luis))["same_address"]
    assert detail["references"] == [(await rosa.case()).reference]


async def test_one_phone_with_other_emails_is_seen(app: AppHarness) -> None:
    looking_for(app, same_phone=PERIOD)
    await complains(app, "30001", "rosa@example.com", phone="3001234567")
    same = await complains(app, "30002", "rosa@example.com", phone="3001234567")
    assert not await same.handoffs()
    other = await complains(app, "30003", "luis@example.com", phone="+57 300 123 4567")
    assert set(await raised(other)) == {"same_phone"}


async def test_one_email_of_two_customers_is_seen(app: AppHarness) -> None:
    looking_for(app, same_email=PERIOD)
    await app.import_order("30001", "rosa@example.com", phone="3001234567")
    # Known by the phone, so it is the first customer's, with another's e-mail.
    await complains(app, "30002", "luis@example.com", phone="3001234567")
    other = await complains(app, "30003", "luis@example.com", phone="3019999999")
    assert set(await raised(other)) == {"same_email"}


@pytest.mark.parametrize("kind", ["device", "network"])
async def test_one_browser_or_network_with_other_customers_is_seen(
    app: AppHarness, kind: str
) -> None:
    looking_for(app, **{f"same_{kind}": PERIOD})
    rosa = await complains(app, "30001", "rosa@example.com")
    await with_key(app, rosa, **{f"{kind}_key": "k" * 64})
    await app.import_order("30002", "luis@example.com")
    luis = await app.chat()
    await with_key(app, luis, **{f"{kind}_key": "k" * 64})
    await luis.send("damaged", "El pedido 30002 salió mal, luis@example.com")
    assert set(await raised(luis)) == {f"same_{kind}"}


async def test_an_old_order_and_a_signed_delivery_are_seen(app: AppHarness) -> None:
    looking_for(app, order_age={"days": 120}, signed={})
    chat = await complains(
        app,
        "30001",
        "rosa@example.com",
        "not_delivered",
        placed_at="2026-05-01T09:00:00-05:00",
        delivered_at="2026-05-04T09:00:00-05:00",
        signed_by="R. Mora",
    )
    assert await raised(chat) == {
        "order_age": {"count": 203, "days": 120},
        "signed": {"by": "R. Mora"},
    }


async def test_a_photo_of_another_customers_case_is_seen(app: AppHarness) -> None:
    looking_for(app, photo={"days": 365})
    for number, email in (("30001", "rosa@example.com"), ("30002", "luis@example.com")):
        await app.import_order(number, email)
    rosa, luis, other = [await app.chat() for _ in range(3)]
    await with_photo(rosa, scene(1), "damaged", "El pedido 30001 salió mal, rosa@example.com")
    await with_photo(
        luis, scene(1, quality=40), "damaged", "El pedido 30002 salió mal, luis@example.com"
    )
    assert not await rosa.handoffs()
    assert (await raised(luis))["photo"]["references"] == [(await rosa.case()).reference]
    await app.import_order("30003", "sara@example.com")
    await with_photo(other, scene(2), "damaged", "El pedido 30003 salió mal, sara@example.com")
    assert not await other.handoffs()


async def test_the_same_photo_again_in_ones_own_case_is_nothing(app: AppHarness) -> None:
    looking_for(app, photo={"days": 365})
    await app.import_order("30001", "rosa@example.com")
    first, again = await app.chat(), await app.chat()
    text = "El pedido 30001 salió mal, rosa@example.com"
    await with_photo(first, scene(1), "damaged", text)
    await with_photo(again, scene(1), "damaged", text)
    assert await app.count(RiskFlag) == 0


async def test_a_person_who_gives_the_case_back_has_settled_it(app: AppHarness) -> None:
    looking_for(app, signed={})
    laura = await app.agent()
    chat = await complains(app, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora")
    await chat.assign_to(laura)
    await chat.perform(agent_actions.give_back, laura)
    await chat.send("inform", "¿Entonces?")
    assert "Ninguna me sirve" in chat.last_message.choices
    assert len(await chat.handoffs()) == 1


async def test_going_back_to_the_assistant_by_oneself_settles_nothing(app: AppHarness) -> None:
    looking_for(app, signed={})
    chat = await complains(app, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora")
    await chat.send("go_on", "Sigamos usted y yo")
    await chat.send("inform", "¿Entonces?")
    assert not await app.count(Compensation)
    assert not await app.count(LedgerEntry)


async def test_agents_read_the_reasons_in_their_language(app: AppHarness) -> None:
    looking_for(app, signed={})
    laura = await app.agent()
    chat = await complains(app, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora")
    async with app.db.read() as session:
        case = await chat.case()
        handed = await build.build(session, app.context, case, None, laura)
    (signal,) = handed.signals
    assert (signal.signal, signal.detail) == ("signed", {"by": "R. Mora"})
    assert "R. Mora" not in handed.summary
    for name in SIGNAL_NAMES:
        for language in ("es", "en"):
            assert app.context.responses.render(
                f"signal_{name}", language, count=2, days=3, by="R. Mora"
            )


def heard(chat: ConversationHarness) -> list[str]:
    """All that the customer reads, without the case's number, which differs by itself."""
    return [re.sub(r"Q-\d{4}-\d{4}", "Q", str(one)) for one in chat.shown]


async def test_the_customer_hears_word_for_word_what_others_hear_who_wait_for_a_person(
    app: AppHarness,
) -> None:
    before = app.context.policy
    (rule,) = (one for one in before.rules if one.id == "not_delivered")
    by_policy = rule.model_copy(update={"person": True, "offer": (), "entitlement": None})
    rules = (by_policy, *before.rules)
    app.use_policy(replace(before, rules=rules, signals=SignalsSpec()))
    text = "El pedido {} no llegó, {}"
    await app.import_order("30001", "rosa@example.com")
    await app.import_order("30002", "luis@example.com", signed_by="R. Mora")
    plain = await app.chat()
    await plain.send("not_delivered", text.format("30001", "rosa@example.com"))
    await plain.send("status", "¿Cómo va mi caso?")
    async with app.db.write() as session:
        one = await plain.handoff()
        for row in await app.rows(type(one)):
            fresh = await session.get_one(type(one), row.id)
            fresh.state, fresh.ended_how = HandoffState.ENDED, HandoffEnding.RESOLVED
    app.use_policy(before)
    looking_for(app, signed={})
    seen = await app.chat()
    await seen.send("not_delivered", text.format("30002", "luis@example.com"))
    await seen.send("status", "¿Cómo va mi caso?")
    assert (await plain.handoff()).reason == HandoffReason.RULE_SAYS_PERSON
    assert (await seen.handoff()).reason == HandoffReason.TO_CHECK
    assert [one.replace("30002", "30001") for one in heard(seen)] == heard(plain)
    plain_one, seen_one = await plain.handoff(), await seen.handoff()
    assert plain_one.priority == seen_one.priority


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.sets(st.sampled_from(SIGNAL_NAMES), min_size=1),
    category=st.sampled_from(["damaged", "not_delivered", "late_delivery", "wrong_item"]),
    language=st.sampled_from(["es", "en"]),
    place=st.integers(40000, 49999),
)
async def test_whatever_the_signals_no_customer_reads_of_them_and_nobody_is_refused(
    app: AppHarness,
    monkeypatch: pytest.MonkeyPatch,
    names: set[str],
    category: str,
    language: str,
    place: int,
) -> None:
    async def found(*_: object) -> tuple[Signal, ...]:
        detail = {"count": 7, "days": 30, "by": "R. Mora", "references": ["Q-1111-1111"]}
        return tuple(Signal(name, detail) for name in sorted(names))

    looking_for(app)
    monkeypatch.setattr(evidence, "found", found)
    email = f"rosa{place}@example.com"
    await app.import_order(str(place), email)
    chat = await app.chat(language)
    spoken = {"es": "El pedido {} salió mal, {}", "en": "My order {} went wrong, it is {}"}
    await chat.send(category, spoken[language].format(place, email))
    if (await chat.cases())[-1:] and not await chat.handoffs():
        return  # this order was told before, and is that case's
    await chat.send("status", {"es": "¿Cómo va?", "en": "How is it going?"}[language])
    assert not ACCUSING.search(chat.all_text), chat.all_text
    assert "Q-1111-1111" not in chat.all_text
    waiting = await chat.handoff()
    assert (waiting.state, waiting.reason) == (HandoffState.WAITING, "to_check")
    assert (await chat.case()).state == ComplaintState.OPEN
    assert [one.what for one in await chat.promises()] == ["answer"]
    assert set(await raised(chat)) == names
