"""Remedies by agents: within their authority, once, and told to the customer."""

from pathlib import Path
from typing import Any

import pytest

from bot.compensation import authority
from bot.compensation.agent_remedies import CannotGive, RemedyRequest
from bot.conversation.agents import agent_actions, agent_offers
from bot.models import (
    Agent,
    Approval,
    ApprovalState,
    Author,
    Compensation,
    ComplaintState,
    HandoffState,
    LedgerEntry,
    LedgerState,
    Offer,
    OfferState,
    Promise,
    Role,
)
from tests.integration import race_helpers
from tests.integration.harness import ANA, AppHarness, ConversationHarness, contains_response

DAMAGED = f"El pedido 10482 llegó roto. {ANA}"  # $249.900
PESO = 100
MANY = 200_000 * PESO
CASE_LIMIT = 300_000 * PESO  # of an agent, in the demo's policy


@pytest.fixture
async def laura(app: AppHarness) -> Agent:
    return await app.agent()


@pytest.fixture
async def held(chat: ConversationHarness, laura: Agent) -> ConversationHarness:
    """Ana's case, in Laura's hands."""
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    return chat


async def give(
    chat: ConversationHarness, agent: Agent, remedy: str = "small_voucher", **more: Any
) -> None:
    request_id = more.pop("request_id", f"{chat.id[:8]}-{remedy}-{more.get('amount')}")
    wanted = RemedyRequest(remedy, more.pop("amount", None))
    await chat.perform(
        agent_offers.give, agent, remedy_request=wanted, request_id=request_id, **more
    )


async def offer(
    chat: ConversationHarness, agent: Agent, amount: int, request_id: str = "o"
) -> None:
    wanted = RemedyRequest("small_voucher", amount)
    await chat.perform(agent_offers.offer, agent, remedy_request=wanted, request_id=request_id)


async def refusal_of(
    chat: ConversationHarness, agent: Agent, remedy: str, amount: int | None = None
) -> str:
    with pytest.raises(CannotGive) as error:
        await give(chat, agent, remedy, amount=amount, request_id="refused")
    return error.value.code


async def remaining(chat: ConversationHarness, agent: Agent) -> int:
    async with chat.app.db.read() as session:
        case = await chat.case()
        may = await authority.measure(session, chat.app.context, agent, case)
    return may.remaining.amount_minor


async def test_given_remedy_is_told_and_entered_in_the_ledger(
    held: ConversationHarness, laura: Agent
) -> None:
    await give(held, laura, amount=MANY)
    (given,) = await held.accepted_remedies()
    assert given.amount_minor == MANY
    assert held.answered_with(
        "issued_with_code", title="Bono de compra ($200.000)", code=given.code or "?"
    )
    (entry,) = await held.ledger()
    assert (entry.amount_minor, entry.originator) == (MANY, f"agent:{laura.email}")
    # The case stays with the agent until they say that it is done.
    assert (await held.handoff()).state == HandoffState.ACTIVE
    assert (await held.case()).state == ComplaintState.OPEN


async def test_request_sent_again_gives_once(held: ConversationHarness, laura: Agent) -> None:
    for _ in range(3):
        await give(held, laura, request_id="same")
    assert held.last_answer == []
    assert len(await held.ledger()) == 1


async def test_agents_remedy_withdraws_the_bots_offer(
    held: ConversationHarness, laura: Agent
) -> None:
    await give(held, laura)
    by_bot = await held.app.rows(Offer, Offer.agent_id.is_(None))
    assert {one.state for one in by_bot} == {OfferState.VOID}
    assert len(await held.accepted_remedies()) == 1


async def test_offer_is_accepted_with_a_button(held: ConversationHarness, laura: Agent) -> None:
    await offer(held, laura, MANY)
    assert held.answered_with("agent_offers", agent="Laura")
    assert held.last_message.choices == ("Bono de compra ($200.000)", "No me sirve")
    assert not await held.ledger()
    said = await held.press(1)
    assert [one.author for one in said] == [Author.SYSTEM]
    (given,) = await held.accepted_remedies()
    assert held.answered_with("issued_with_code", code=given.code or "?")
    (entry,) = await held.ledger()
    assert entry.originator == f"agent:{laura.email}"
    assert (await held.handoff()).state == HandoffState.ACTIVE


async def test_offer_accepted_in_words_is_given_once(
    held: ConversationHarness, laura: Agent
) -> None:
    await offer(held, laura, MANY)
    await held.receive("Bono de compra ($200.000)")
    await held.run_turn("inform")
    assert len(await held.ledger()) == 1
    assert await held.send("inform", "Bono de compra ($200.000)") == []
    assert len(await held.ledger()) == 1


async def test_declined_offer_frees_the_authority(held: ConversationHarness, laura: Agent) -> None:
    before = await remaining(held, laura)
    await offer(held, laura, MANY)
    assert await remaining(held, laura) == before - MANY
    await held.press("No me sirve")
    assert held.answered_with("offer_declined_with_agent", agent="Laura")
    assert not await held.ledger()
    assert await remaining(held, laura) == before
    assert {one.state for one in await held.app.rows(Compensation)} <= {"declined", "void"}


async def test_nothing_is_given_beyond_the_authority_of_a_case(
    held: ConversationHarness, laura: Agent
) -> None:
    await give(held, laura, amount=MANY)
    with pytest.raises(CannotGive) as error:
        await give(held, laura, amount=MANY, request_id="second")
    assert error.value.code == "beyond_authority"
    assert error.value.remaining is not None
    assert error.value.remaining.amount_minor == CASE_LIMIT - MANY
    await give(held, laura, amount=CASE_LIMIT - MANY, request_id="rest")
    assert await remaining(held, laura) == 0
    assert len(await held.ledger()) == 2


async def test_open_offers_count_against_the_authority(
    held: ConversationHarness, laura: Agent
) -> None:
    await offer(held, laura, MANY)
    with pytest.raises(CannotGive):
        await give(held, laura, amount=MANY)
    assert not await held.ledger()


async def test_limit_of_a_day_holds_over_all_cases(app: AppHarness, laura: Agent) -> None:
    given, chat = 0, await app.chat()
    for place in range(7):
        number, email = f"{31000 + place}", f"rosa{place}@example.com"
        await app.import_order(number, email, total="900000")
        chat = await app.chat()
        await chat.send("wants_human", f"Una persona. Pedido {number}, {email}")
        await chat.assign_to(laura)
        if place < 6:
            await give(chat, laura, amount=CASE_LIMIT)
            given += CASE_LIMIT
    day = app.context.policy.authority.agent
    assert day is not None
    assert await remaining(chat, laura) == day.per_day.amount_minor - given
    assert await refusal_of(chat, laura, "small_voucher", CASE_LIMIT) == "beyond_authority"
    app.clock.advance(days=1)
    assert await remaining(chat, laura) == CASE_LIMIT


async def test_supervisor_may_give_more_than_an_agent(
    held: ConversationHarness, laura: Agent
) -> None:
    marta = await held.app.agent("Marta León", Role.SUPERVISOR)
    await held.perform(agent_actions.transfer, marta, marta.name)
    await give(held, marta, amount=CASE_LIMIT + PESO)
    (entry,) = await held.ledger()
    assert entry.originator == f"supervisor:{marta.email}"


async def test_refund_is_at_most_what_was_paid(held: ConversationHarness, laura: Agent) -> None:
    marta = await held.app.agent("Marta León", Role.SUPERVISOR)
    await held.perform(agent_actions.transfer, marta, marta.name)
    paid = (await held.order("10482")).total_minor
    assert await refusal_of(held, marta, "full_refund", paid + 1) == "more_than_paid"
    await give(held, marta, "full_refund", amount=paid)
    (entry,) = await held.ledger()
    assert (entry.kind, entry.amount_minor, entry.state) == ("refund", paid, LedgerState.ACCEPTED)
    assert held.answered_with("promised_bank")


async def test_two_refunds_are_together_at_most_what_was_paid(held: ConversationHarness) -> None:
    marta = await held.app.agent("Marta León", Role.SUPERVISOR)
    await held.perform(agent_actions.transfer, marta, marta.name)
    paid = (await held.order("10482")).total_minor
    await give(held, marta, "full_refund", amount=paid - 100)
    for amount in (None, paid, 101):
        assert await refusal_of(held, marta, "full_refund", amount) == "more_than_paid"
    await give(held, marta, "full_refund", amount=100)
    assert sum(one.amount_minor for one in await held.ledger()) == paid


@pytest.mark.parametrize(
    ("remedy", "amount", "code"),
    [
        ("no_such_thing", None, "no_remedy"),
        ("full_refund", None, "needs_order"),
        ("voucher_percent", None, "needs_order"),
        ("small_voucher", -5, "bad_amount"),
    ],
)
async def test_refusal_names_the_reason(
    chat: ConversationHarness, laura: Agent, remedy: str, amount: int | None, code: str
) -> None:
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    assert await refusal_of(chat, laura, remedy, amount) == code
    assert not await chat.ledger()


async def request_approval(
    chat: ConversationHarness, agent: Agent, amount: int, request_id: str = "a"
) -> Approval:
    _, asked = await chat.perform(
        agent_offers.request_approval,
        agent,
        remedy_request=RemedyRequest("small_voucher", amount),
        why="compra cada mes",
        request_id=request_id,
    )
    assert isinstance(asked, Approval)
    return asked


async def decide_approval(
    chat: ConversationHarness, asked: Approval, agent: Agent, *, approve: bool, answer: str = ""
) -> bool:
    async with chat.app.db.write() as session:
        fresh = await session.get_one(Approval, asked.id)
        step = await agent_offers.decide_approval(
            session, chat.app.context, fresh, agent, approve=approve, answer=answer
        )
    await chat.show(step.messages if step else [])
    return step is not None


async def test_approved_request_is_given(held: ConversationHarness, laura: Agent) -> None:
    marta = await held.app.agent("Marta León", Role.SUPERVISOR)
    asked = await request_approval(held, laura, 2 * CASE_LIMIT)
    assert held.answered_with("approval_asked", agent="Laura")
    (waits,) = [one for one in await held.promises() if one.what == "authorization"]
    assert held.app.context.responses.show(waits.due_at, "es").rstrip(".") in held.last_message.text
    assert not await held.ledger()

    assert await decide_approval(held, asked, marta, approve=True)
    assert held.answered_with("approval_approved")
    (given,) = await held.accepted_remedies()
    assert given.amount_minor == 2 * CASE_LIMIT
    assert given.code
    assert given.code in held.last_message.text
    assert not [one for one in await held.promises() if one.what == "authorization"]
    # Who gave it, and on whose authority.
    (entry,) = await held.ledger()
    assert entry.originator == f"supervisor:{marta.email}"
    offered = (await held.app.rows(Offer, Offer.agent_id.is_not(None)))[0]
    assert "authorized by Marta León" in offered.reasons
    assert await remaining(held, laura) == CASE_LIMIT  # it was not her own authority


async def test_approval_request_sent_again_is_one_request(
    held: ConversationHarness, laura: Agent
) -> None:
    first, again = [await request_approval(held, laura, MANY) for _ in range(2)]
    assert first.id == again.id
    assert await held.app.count(Promise, Promise.what == "authorization") == 1


async def test_declined_request_gives_nothing_and_hides_the_reason(
    held: ConversationHarness, laura: Agent
) -> None:
    marta = await held.app.agent("Marta León", Role.SUPERVISOR)
    asked = await request_approval(held, laura, 2 * CASE_LIMIT)
    assert await decide_approval(held, asked, marta, approve=False, answer="ya tuvo dos este mes")
    assert held.answered_with("approval_answered", agent="Laura")
    assert "dos este mes" not in held.all_text
    assert not await held.ledger()
    assert not [one for one in await held.promises() if one.what == "authorization"]


async def test_request_is_decided_once(held: ConversationHarness, laura: Agent) -> None:
    marta = await held.app.agent("Marta León", Role.SUPERVISOR)
    pablo = await held.app.agent("Pablo Paz", Role.SUPERVISOR)
    asked = await request_approval(held, laura, MANY)
    assert await decide_approval(held, asked, marta, approve=True)
    assert not await decide_approval(held, asked, pablo, approve=False)
    assert not await decide_approval(held, asked, marta, approve=True)
    (fresh,) = await held.app.rows(Approval)
    assert (fresh.state, fresh.decided_by) == (ApprovalState.APPROVED, marta.id)
    assert len(await held.ledger()) == 1


async def test_supervisor_cannot_approve_beyond_their_authority(
    held: ConversationHarness, laura: Agent
) -> None:
    marta = await held.app.agent("Marta León", Role.SUPERVISOR)
    most = held.app.context.policy.authority.supervisor
    assert most is not None
    asked = await request_approval(held, laura, most.per_case.amount_minor + PESO)
    with pytest.raises(CannotGive) as error:
        await decide_approval(held, asked, marta, approve=True)
    assert error.value.code == "beyond_authority"
    (fresh,) = await held.app.rows(Approval)
    assert fresh.state == ApprovalState.OPEN  # it can still be declined
    assert not await held.ledger()


async def test_approval_counts_against_the_supervisors_authority(
    held: ConversationHarness, laura: Agent
) -> None:
    marta = await held.app.agent("Marta León", Role.SUPERVISOR)
    before = await remaining(held, marta)
    asked = await request_approval(held, laura, 2 * CASE_LIMIT)
    await decide_approval(held, asked, marta, approve=True)
    assert await remaining(held, marta) == before - 2 * CASE_LIMIT


async def test_fulfilled_remedy_is_told_once(held: ConversationHarness, laura: Agent) -> None:
    await give(held, laura, "house_gift")
    assert held.answered_with("promised_warehouse")
    (given,) = await held.accepted_remedies()
    told = []
    for _ in range(2):
        async with held.app.db.write() as session:
            fresh = await session.get_one(Compensation, given.id)
            said = await agent_offers.confirm_fulfilment(
                session, held.app.context, await held.case(), fresh, "agent:x"
            )
        told += [said.text] if said else []
    assert len(told) == 1
    assert contains_response(held.app.context, told[0], "fulfilled")
    assert [one.state for one in await held.ledger()] == [LedgerState.ACCEPTED, LedgerState.ISSUED]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_ten_concurrent_remedies_stay_within_the_limit_of_the_case(
    held: ConversationHarness,
    laura: Agent,
    racers: race_helpers.Racers,
    database_url: str,
    tmp_path: Path,
) -> None:
    found = await held.handoff()
    each = CASE_LIMIT // 4 + PESO  # three fit
    asked = [(found.id, f"r{place}") for place in range(10)]
    asked += asked[:2]  # and two are sent twice
    database = (database_url, str(tmp_path))
    outcomes = racers.run(
        race_helpers.give, asked, race_helpers.PROCESSES, *database, laura.id, each
    )
    assert outcomes.count("given") == 3
    assert set(outcomes) <= {"given", "given before", "beyond_authority"}
    assert await held.app.count(LedgerEntry) == 3
    assert await remaining(held, laura) == CASE_LIMIT - 3 * each


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_concurrent_remedies_stay_within_the_limit_of_the_day(
    app: AppHarness, laura: Agent, racers: race_helpers.Racers, database_url: str, tmp_path: Path
) -> None:
    asked = []
    for place in range(10):
        chat = await app.chat()
        await chat.send("wants_human", "una persona")
        await chat.assign_to(laura)
        asked.append(((await chat.handoff()).id, f"r{place}"))
    database = (database_url, str(tmp_path))
    outcomes = racers.run(
        race_helpers.give, asked, race_helpers.PROCESSES, *database, laura.id, CASE_LIMIT
    )
    assert sorted(set(outcomes)) == ["beyond_authority", "given"]
    assert outcomes.count("given") == 6  # 2.000.000 a day, 300.000 each
