"""Doubt without accusation: a person looks first, and the customer hears what all others hear."""

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
from bot.models import Compensation, Complaint, Conversation, Doubt, LedgerEntry, Order
from bot.policy.signal_spec import NAMES, Signals
from bot.risk import evidence
from bot.risk.signals import Signal
from tests.integration.stage import Stage, Theatre

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


def looking_for(theatre: Theatre, **signals: Any) -> None:
    """From now on, these signals are looked for; each brings a person."""
    spec = Signals.model_validate({"to_person_from": 1, **(signals or ALL)})
    theatre.use_policy(replace(theatre.desk.policy, signals=spec))


async def complains(
    theatre: Theatre, number: str, email: str, category: str = "damaged", **more: str
) -> Stage:
    """A customer with an order of their own, who complains about it."""
    await theatre.order(number, email, **more)
    stage = await theatre.stage()
    await stage.customer(category, f"El pedido {number} salió mal, {email}")
    return stage


async def raised(stage: Stage) -> dict[str, dict[str, Any]]:
    """What was kept of the case, by signal."""
    case = await stage.case()
    rows = await stage.theatre.all(Doubt, Doubt.complaint_id == case.id)
    return {one.signal: one.detail for one in rows}


async def with_key(theatre: Theatre, stage: Stage, **keys: str) -> None:
    async with theatre.db.write() as session:
        conversation = await session.get_one(Conversation, stage.id)
        for name, value in keys.items():
            setattr(conversation, name, value)


async def live_at(theatre: Theatre, *numbers: str) -> None:
    """These orders went to one address."""
    async with theatre.db.write() as session:
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


async def with_photo(stage: Stage, raw: bytes, category: str, text: str) -> None:
    theatre = stage.theatre
    async with theatre.db.write() as session:
        kept = photo.keep(session, theatre.photos, stage.id, photo.clean(raw))
    await stage.receive(text, photos=[kept.id])
    await stage.answer(category)


async def test_many_claims_of_one_person_bring_a_person_with_the_reasons(
    theatre: Theatre,
) -> None:
    looking_for(theatre, claims={"from": 3, "days": 90})
    first = await complains(theatre, "30001", "rosa@example.com")
    second = await complains(theatre, "30002", "rosa@example.com")
    assert not await first.handoffs()
    assert not await second.handoffs()
    third = await complains(theatre, "30003", "rosa@example.com")
    (waiting,) = await third.handoffs()
    assert waiting.reason == "to_check"
    assert not await third.theatre.all(
        Compensation, Compensation.complaint_id == (await third.case()).id
    )
    detail = (await raised(third))["claims"]
    assert (detail["count"], detail["days"]) == (3, 90)
    told = {(await one.case()).reference for one in (first, second, third)}
    assert set(detail["references"]) == told


async def test_old_claims_are_forgotten(theatre: Theatre) -> None:
    looking_for(theatre, claims={"from": 2, "days": 30})
    await complains(theatre, "30001", "rosa@example.com")
    theatre.clock.forward(days=31)
    later = await complains(theatre, "30002", "rosa@example.com")
    assert not await later.handoffs()


async def test_a_case_that_was_told_twice_counts_once(theatre: Theatre) -> None:
    looking_for(theatre, claims={"from": 3, "days": 90})
    first = await complains(theatre, "30001", "rosa@example.com")
    again = await theatre.stage()
    await again.customer("damaged", "El pedido 30001 salió mal, rosa@example.com")
    assert await theatre.count(Complaint, Complaint.state == "closed") == 1
    second = await complains(theatre, "30002", "rosa@example.com")
    for stage in (first, again, second):
        assert not await stage.handoffs()


async def test_one_address_with_other_customers_is_seen(theatre: Theatre) -> None:
    looking_for(theatre, same_address=PERIOD)
    for number, email in (("30001", "rosa@example.com"), ("30002", "luis@example.com")):
        await theatre.order(number, email)
    await live_at(theatre, "30001", "30002")
    rosa, luis = await theatre.stage(), await theatre.stage()
    await rosa.customer("damaged", "El pedido 30001 salió mal, rosa@example.com")
    assert not await rosa.handoffs()  # nobody else has complained from there
    await luis.customer("damaged", "El pedido 30002 salió mal, luis@example.com")
    assert (await luis.handoff()).reason == "to_check"
    detail = (await raised(luis))["same_address"]
    assert detail["references"] == [(await rosa.case()).reference]


async def test_one_phone_with_other_emails_is_seen(theatre: Theatre) -> None:
    looking_for(theatre, same_phone=PERIOD)
    await complains(theatre, "30001", "rosa@example.com", phone="3001234567")
    same = await complains(theatre, "30002", "rosa@example.com", phone="3001234567")
    assert not await same.handoffs()
    other = await complains(theatre, "30003", "luis@example.com", phone="+57 300 123 4567")
    assert set(await raised(other)) == {"same_phone"}


async def test_one_email_of_two_customers_is_seen(theatre: Theatre) -> None:
    looking_for(theatre, same_email=PERIOD)
    await theatre.order("30001", "rosa@example.com", phone="3001234567")
    # Known by the phone, so it is the first customer's, with another's e-mail.
    await complains(theatre, "30002", "luis@example.com", phone="3001234567")
    other = await complains(theatre, "30003", "luis@example.com", phone="3019999999")
    assert set(await raised(other)) == {"same_email"}


@pytest.mark.parametrize("kind", ["device", "network"])
async def test_one_browser_or_network_with_other_customers_is_seen(
    theatre: Theatre, kind: str
) -> None:
    looking_for(theatre, **{f"same_{kind}": PERIOD})
    rosa = await complains(theatre, "30001", "rosa@example.com")
    await with_key(theatre, rosa, **{f"{kind}_key": "k" * 64})
    await theatre.order("30002", "luis@example.com")
    luis = await theatre.stage()
    await with_key(theatre, luis, **{f"{kind}_key": "k" * 64})
    await luis.customer("damaged", "El pedido 30002 salió mal, luis@example.com")
    assert set(await raised(luis)) == {f"same_{kind}"}


async def test_an_old_order_and_a_signed_delivery_are_seen(theatre: Theatre) -> None:
    looking_for(theatre, order_age={"days": 120}, signed={})
    stage = await complains(
        theatre,
        "30001",
        "rosa@example.com",
        "not_delivered",
        placed_at="2026-05-01T09:00:00-05:00",
        delivered_at="2026-05-04T09:00:00-05:00",
        signed_by="R. Mora",
    )
    assert await raised(stage) == {
        "order_age": {"count": 203, "days": 120},
        "signed": {"by": "R. Mora"},
    }


async def test_a_photo_of_another_customers_case_is_seen(theatre: Theatre) -> None:
    looking_for(theatre, photo={"days": 365})
    for number, email in (("30001", "rosa@example.com"), ("30002", "luis@example.com")):
        await theatre.order(number, email)
    rosa, luis, other = [await theatre.stage() for _ in range(3)]
    await with_photo(rosa, scene(1), "damaged", "El pedido 30001 salió mal, rosa@example.com")
    await with_photo(
        luis, scene(1, quality=40), "damaged", "El pedido 30002 salió mal, luis@example.com"
    )
    assert not await rosa.handoffs()
    assert (await raised(luis))["photo"]["references"] == [(await rosa.case()).reference]
    await theatre.order("30003", "sara@example.com")
    await with_photo(other, scene(2), "damaged", "El pedido 30003 salió mal, sara@example.com")
    assert not await other.handoffs()


async def test_the_same_photo_again_in_ones_own_case_is_nothing(theatre: Theatre) -> None:
    looking_for(theatre, photo={"days": 365})
    await theatre.order("30001", "rosa@example.com")
    first, again = await theatre.stage(), await theatre.stage()
    text = "El pedido 30001 salió mal, rosa@example.com"
    await with_photo(first, scene(1), "damaged", text)
    await with_photo(again, scene(1), "damaged", text)
    assert await theatre.count(Doubt) == 0


async def test_a_person_who_gives_the_case_back_has_settled_it(theatre: Theatre) -> None:
    looking_for(theatre, signed={})
    laura = await theatre.person()
    stage = await complains(
        theatre, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora"
    )
    await stage.claimed_by(laura)
    await stage.does(agent_actions.give_back, laura)
    await stage.customer("inform", "¿Entonces?")
    assert "Ninguna me sirve" in stage.last.choices
    assert len(await stage.handoffs()) == 1


async def test_going_back_to_the_assistant_by_oneself_settles_nothing(theatre: Theatre) -> None:
    looking_for(theatre, signed={})
    stage = await complains(
        theatre, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora"
    )
    await stage.customer("go_on", "Sigamos usted y yo")
    await stage.customer("inform", "¿Entonces?")
    assert not await theatre.count(Compensation)
    assert not await theatre.count(LedgerEntry)


async def test_agents_read_the_reasons_in_their_language(theatre: Theatre) -> None:
    looking_for(theatre, signed={})
    laura = await theatre.person()
    stage = await complains(
        theatre, "30001", "rosa@example.com", "not_delivered", signed_by="R. Mora"
    )
    async with theatre.db.read() as session:
        case = await stage.case()
        handed = await build.build(session, theatre.desk, case, None, laura)
    (signal,) = handed.signals
    assert (signal.signal, signal.detail) == ("signed", {"by": "R. Mora"})
    assert "R. Mora" not in handed.summary
    for name in NAMES:
        for language in ("es", "en"):
            assert theatre.desk.wording.say(
                f"signal_{name}", language, count=2, days=3, by="R. Mora"
            )


def heard(stage: Stage) -> list[str]:
    """All that the customer reads, without the case's number, which differs by itself."""
    return [re.sub(r"Q-\d{4}-\d{4}", "Q", str(one)) for one in stage.said]


async def test_the_customer_hears_word_for_word_what_others_hear_who_wait_for_a_person(
    theatre: Theatre,
) -> None:
    before = theatre.desk.policy
    (rule,) = (one for one in before.rules if one.id == "not_delivered")
    by_policy = rule.model_copy(update={"person": True, "offer": (), "entitlement": None})
    rules = (by_policy, *before.rules)
    theatre.use_policy(replace(before, rules=rules, signals=Signals()))
    text = "El pedido {} no llegó, {}"
    await theatre.order("30001", "rosa@example.com")
    await theatre.order("30002", "luis@example.com", signed_by="R. Mora")
    plain = await theatre.stage()
    await plain.customer("not_delivered", text.format("30001", "rosa@example.com"))
    await plain.customer("status", "¿Cómo va mi caso?")
    async with theatre.db.write() as session:
        one = await plain.handoff()
        for row in await theatre.all(type(one)):
            fresh = await session.get_one(type(one), row.id)
            fresh.state, fresh.ended_how = "ended", "resolved"
    theatre.use_policy(before)
    looking_for(theatre, signed={})
    seen = await theatre.stage()
    await seen.customer("not_delivered", text.format("30002", "luis@example.com"))
    await seen.customer("status", "¿Cómo va mi caso?")
    assert (await plain.handoff()).reason == "rule_says_person"
    assert (await seen.handoff()).reason == "to_check"
    assert [one.replace("30002", "30001") for one in heard(seen)] == heard(plain)
    plain_one, seen_one = await plain.handoff(), await seen.handoff()
    assert plain_one.priority == seen_one.priority


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.sets(st.sampled_from(NAMES), min_size=1),
    category=st.sampled_from(["damaged", "not_delivered", "late_delivery", "wrong_item"]),
    language=st.sampled_from(["es", "en"]),
    place=st.integers(40000, 49999),
)
async def test_whatever_the_signals_no_customer_reads_of_them_and_nobody_is_refused(
    theatre: Theatre,
    monkeypatch: pytest.MonkeyPatch,
    names: set[str],
    category: str,
    language: str,
    place: int,
) -> None:
    async def found(*_: object) -> tuple[Signal, ...]:
        detail = {"count": 7, "days": 30, "by": "R. Mora", "references": ["Q-1111-1111"]}
        return tuple(Signal(name, detail) for name in sorted(names))

    looking_for(theatre)
    monkeypatch.setattr(evidence, "found", found)
    email = f"rosa{place}@example.com"
    await theatre.order(str(place), email)
    stage = await theatre.stage(language)
    spoken = {"es": "El pedido {} salió mal, {}", "en": "My order {} went wrong, it is {}"}
    await stage.customer(category, spoken[language].format(place, email))
    if (await stage.cases())[-1:] and not await stage.handoffs():
        return  # this order was told before, and is that case's
    await stage.customer("status", {"es": "¿Cómo va?", "en": "How is it going?"}[language])
    assert not ACCUSING.search(stage.everything), stage.everything
    assert "Q-1111-1111" not in stage.everything
    waiting = await stage.handoff()
    assert (waiting.state, waiting.reason) == ("waiting", "to_check")
    assert (await stage.case()).state == "open"
    assert [one.what for one in await stage.promises()] == ["answer"]
    assert set(await raised(stage)) == names
