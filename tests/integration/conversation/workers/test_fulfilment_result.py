"""Remedies that the company's own system fulfils: pending, done, refused or lost."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.compensation import fulfilment
from bot.compensation.fulfilment import ProviderAnswer
from bot.compensation.provider_client import ProviderClient
from bot.conversation.agents import agent_offers
from bot.conversation.workers import fulfilment_result
from bot.conversation.workers.fulfilment_worker import FulfilmentWorker
from bot.models import (
    Author,
    CaseEvent,
    Choice,
    Compensation,
    CompensationState,
    Complaint,
    ComplaintState,
    DecisionRecord,
    Fulfilment,
    FulfilmentState,
    HandoffReason,
    HandoffState,
    LedgerEntry,
    LedgerEvent,
    Message,
    MessageState,
    Offer,
    OfferState,
    Promise,
    PromiseState,
    ProviderOutcome,
    ProviderTry,
)
from tests.fakes.company_system import SECRET, FakeCompanySystem
from tests.integration.edge_forker import with_webhook_provider
from tests.integration.harness import ANA, AppHarness, ConversationHarness
from tests.integration.parts import Parts

DAMAGED = f"Compré una licuadora, pedido 10482, y llegó quebrada. {ANA}"
TITLE = "Devolver mi dinero ($249.900)"


@pytest.fixture
def system() -> Iterator[FakeCompanySystem]:
    fake = FakeCompanySystem()
    yield fake
    fake.close()


@pytest.fixture
async def worker(app: AppHarness, system: FakeCompanySystem) -> AsyncIterator[FulfilmentWorker]:
    app.use_policy(with_webhook_provider(app.context.policy, "refund", "replacement"))
    worker = FulfilmentWorker(
        app.db, app.context, ProviderClient(system.url, SECRET), Parts(app).publisher, "tests"
    )
    yield worker
    await worker.stop()


@pytest.fixture
async def chosen(worker: FulfilmentWorker, app: AppHarness) -> ConversationHarness:
    """A customer who has chosen their money back."""
    chat = await app.chat()
    await chat.send("damaged", DAMAGED)
    await chat.press(1)
    return chat


async def read_messages(chat: ConversationHarness) -> list[Message]:
    """What was put out besides the answers, newest last; the chat hears it."""
    seen = len(chat.shown)
    where = (Message.conversation_id == chat.id, Message.author == Author.SYSTEM)
    messages = await chat.app.rows(Message, *where)
    await chat.show(messages)
    del chat.shown[seen : len(chat.shown) - len(messages)]
    return messages


async def the_fulfilment(app: AppHarness) -> Fulfilment:
    (found,) = await app.rows(Fulfilment)
    return found


async def ledger_balances(chat: ConversationHarness) -> list[tuple[str, str, str, int]]:
    return [
        (line.event, line.from_account, line.to_account, line.amount_minor)
        for line in await chat.ledger()
    ]


async def answer_by(
    app: AppHarness, key: str, outcome: ProviderAnswer, event: str | None = None
) -> bool:
    async with app.db.write() as session:
        step = await fulfilment_result.store(session, app.context, key, outcome, event_id=event)
    return step is not None


# --- done ------------------------------------------------------------------------------------


async def test_accepted_remedy_is_pending_with_a_date(
    chosen: ConversationHarness, app: AppHarness
) -> None:
    assert chosen.answered_with("promised_bank", title=TITLE)
    (remedy,) = await chosen.accepted_remedies()
    waiting = await the_fulfilment(app)
    (promised,) = await chosen.promises()
    assert (remedy.state, waiting.state, waiting.tries) == (
        CompensationState.ACCEPTED,
        "pending",
        0,
    )
    assert waiting.due_at == promised.due_at
    assert await ledger_balances(chosen) == [("reserve", "company", "reserved", 24990000)]


async def test_done_remedy_is_told_once_and_settled(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    await worker.sweep()
    assert not await worker.sweep()
    (remedy,) = await chosen.accepted_remedies()
    assert (remedy.state, (await the_fulfilment(app)).state) == (CompensationState.ISSUED, "done")
    assert await ledger_balances(chosen) == [
        ("reserve", "company", "reserved", 24990000),
        ("issue", "reserved", "settled", 24990000),
    ]
    assert not await chosen.promises()
    (message,) = await read_messages(chosen)
    assert chosen.answered_with("fulfilled", title=TITLE)
    assert message.state == MessageState.PENDING  # whoever serves the customer shows it
    (deed,) = system.remedies.values()
    assert deed.data["amount"] == "249900.00"
    assert (deed.data["kind"], deed.data["order"], deed.data["currency"]) == (
        "refund",
        "10482",
        "COP",
    )
    assert deed.data["customer"]["email"] == "ana.ruiz@example.com"


async def test_every_try_has_the_same_idempotency_key(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    system.answers = [(500, {}), (404, {}), (429, {}), (301, {})]
    for _ in range(5):
        await worker.sweep()
        app.clock.advance(hours=1)
    assert len(system.headers) == 5
    assert {headers["idempotency-key"] for headers in system.headers} == set(system.remedies)
    assert len({headers["webhook-timestamp"] for headers in system.headers}) == 5
    assert (await the_fulfilment(app)).state == FulfilmentState.DONE
    outcomes = [each.outcome for each in await app.rows(ProviderTry)]
    assert outcomes == [f"later: HTTP {status}" for status in (500, 404, 429, 301)] + ["done"]


async def test_lost_answer_is_requested_again_and_done_once(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    key = (await the_fulfilment(app)).idempotency_key
    system.is_down = True
    await worker.sweep()
    assert (await the_fulfilment(app)).problem is not None
    system.is_down = False
    app.clock.advance(minutes=1)
    await worker.sweep()
    assert list(system.remedies) == [key]
    assert len(await chosen.ledger()) == 2


async def test_retry_wait_doubles_with_jitter_and_obeys_retry_after(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    key = (await the_fulfilment(app)).idempotency_key
    waits = []
    for _ in range(14):
        async with app.db.write() as session:
            waiting = await session.get_one(Fulfilment, (await the_fulfilment(app)).id)
            waiting.tries += 1
        await answer_by(app, key, ProviderAnswer(ProviderOutcome.LATER, "HTTP 500"))
        waits.append(((await the_fulfilment(app)).next_at - app.clock.now()).total_seconds())
    for tries, wait in enumerate(waits, start=1):
        most = min(2**tries, 3600)
        assert most / 2 - 1 <= wait <= most
    assert len({wait / 3600 for wait in waits[-3:]}) == 3  # not all at the same moment
    await answer_by(
        app, key, ProviderAnswer(ProviderOutcome.LATER, "HTTP 503", after=timedelta(hours=5))
    )
    spaced = (await the_fulfilment(app)).next_at - app.clock.now()
    assert timedelta(hours=5) - timedelta(seconds=5) < spaced <= timedelta(hours=5)


async def test_retry_after_holds_for_all_requests(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    await answer_by(
        app,
        (await the_fulfilment(app)).idempotency_key,
        ProviderAnswer(ProviderOutcome.LATER, "a first no"),
    )
    app.clock.advance(hours=1)
    worker._not_before = float("inf")
    assert not await worker.sweep()
    assert not system.headers


# --- accepted, and called back ---------------------------------------------------------------


async def test_accepted_request_is_polled_hourly(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    system.answers = [(202, {"reference": "ERP-77"})]
    await worker.sweep()
    waiting = await the_fulfilment(app)
    assert (waiting.state, waiting.is_accepted, waiting.reference) == (
        FulfilmentState.PENDING,
        True,
        "ERP-77",
    )
    assert waiting.give_up_at >= waiting.due_at
    assert not await read_messages(chosen)
    app.clock.advance(minutes=20)
    assert not await worker.sweep()
    app.clock.advance(minutes=41)
    await worker.sweep()  # its callback never came, and it is done all the same
    assert (await the_fulfilment(app)).state == FulfilmentState.DONE


async def test_callback_counts_once(
    chosen: ConversationHarness, worker: FulfilmentWorker, app: AppHarness
) -> None:
    key = (await the_fulfilment(app)).idempotency_key
    assert await answer_by(app, key, ProviderAnswer(ProviderOutcome.DONE), "evt_1")
    assert not await answer_by(app, key, ProviderAnswer(ProviderOutcome.DONE), "evt_1")
    assert not await answer_by(app, key, ProviderAnswer(ProviderOutcome.DONE), "evt_2")
    assert not await answer_by(
        app, key, ProviderAnswer(ProviderOutcome.REFUSED, "too late"), "evt_3"
    )
    assert not await answer_by(app, key, ProviderAnswer(ProviderOutcome.ACCEPTED))
    assert [line.event for line in await chosen.ledger()] == [
        LedgerEvent.RESERVE,
        LedgerEvent.ISSUE,
    ]
    assert len(await read_messages(chosen)) == 1
    assert await app.count(ProviderTry) == 4


async def test_answer_for_an_unknown_key_raises(app: AppHarness, worker: FulfilmentWorker) -> None:
    with pytest.raises(LookupError):
        await answer_by(app, "not ours", ProviderAnswer(ProviderOutcome.DONE), "evt_1")
    assert await app.count(ProviderTry) == 0


# --- refused and lost ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [409, 422])
async def test_refused_remedy_gets_a_human_and_other_alternatives(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
    status: int,
) -> None:
    system.answers = [(status, {"reason": "the card\0 is closed"})]
    await worker.sweep()
    states = sorted(each.state for each in await app.rows(Compensation))
    assert states == [
        CompensationState.DECLINED,
        CompensationState.DECLINED,
        CompensationState.FAILED,
        CompensationState.OFFERED,
        CompensationState.OFFERED,
    ]
    assert await ledger_balances(chosen) == [
        ("reserve", "company", "reserved", 24990000),
        ("release", "reserved", "company", 24990000),
    ]
    assert (await chosen.ledger())[-1].reason == "refused: the card is closed"
    waits = await chosen.handoff()
    assert (waits.state, waits.reason, waits.priority) == (HandoffState.WAITING, "remedy_failed", 2)
    (answer,) = await chosen.promises()
    assert answer.what == "answer"
    (message,) = await read_messages(chosen)
    assert chosen.answered_with("remedy_failed", title=TITLE)
    assert chosen.answered_with("remedy_failed_choose")
    assert "card" not in message.text  # the reason of the system is shown to agents only
    titles = [choice.title for choice in chosen.choices]
    assert titles == ["Uno nuevo por exprés", "Saldo con 10 % más ($275.000)", "Ninguna me sirve"]
    why = (await app.rows(DecisionRecord))[-1]
    assert why.offer_id == (await app.rows(Offer))[-1].id
    assert [alternative["kind"] for alternative in why.alternatives] == [
        "replacement",
        "store_credit",
    ]
    (voided,) = await app.rows(Promise, Promise.what == "refund")
    assert voided.state == PromiseState.VOID


async def test_replacement_remedy_is_given_without_an_agent(
    chosen: ConversationHarness, worker: FulfilmentWorker, system: FakeCompanySystem
) -> None:
    system.answers = [(422, {})]
    await worker.sweep()
    await read_messages(chosen)
    await chosen.press(2, intent="the engine is not asked")
    assert chosen.answered_with("issued_with_code")
    ended = await chosen.handoff()
    assert (ended.state, ended.ended_how) == (HandoffState.ENDED, "resolved")
    assert (await chosen.case()).state == ComplaintState.RESOLVED
    assert not await chosen.promises()
    assert [line.event for line in await chosen.ledger()] == [
        LedgerEvent.RESERVE,
        LedgerEvent.RELEASE,
        LedgerEvent.ISSUE,
    ]


async def test_declined_replacement_keeps_the_place_in_the_queue(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    system.answers = [(422, {})]
    await worker.sweep()
    await read_messages(chosen)
    await chosen.press("Ninguna")
    assert chosen.answered_with("person_waiting")
    assert (await chosen.handoff()).state == HandoffState.WAITING
    assert (await app.rows(Offer))[-1].state == OfferState.DECLINED


async def test_failed_kinds_are_not_offered_again(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    system.answers = [(422, {}), (422, {})]
    await worker.sweep()
    await read_messages(chosen)
    await chosen.press("Uno nuevo", intent="the engine is not asked")
    assert chosen.answered_with("promised_warehouse")
    await worker.sweep()
    await read_messages(chosen)
    titles = [choice.title for choice in chosen.choices]
    assert titles == ["Saldo con 10 % más ($275.000)", "Ninguna me sirve"]
    assert [each.state for each in await chosen.handoffs()] == [
        HandoffState.ENDED,
        HandoffState.WAITING,
    ]


async def test_failure_offers_nothing_while_an_agent_has_the_case(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    laura = await app.agent()
    await chosen.send("wants_human", "quiero una persona")
    await chosen.assign_to(laura)
    system.answers = [(422, {})]
    await worker.sweep()
    await read_messages(chosen)
    assert chosen.answered_with("remedy_failed_with_agent", title=TITLE)
    assert await app.count(Offer, Offer.state == OfferState.OPEN) == 0
    assert (await chosen.handoff()).state == HandoffState.ACTIVE


async def test_remedy_without_an_answer_for_a_day_is_lost_and_handed_off(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    system.is_down = True
    for _ in range(23):
        await worker.sweep()
        app.clock.advance(hours=1)
    assert (await the_fulfilment(app)).state == FulfilmentState.PENDING
    app.clock.advance(hours=1)
    await worker.sweep()
    lost = await the_fulfilment(app)
    assert (lost.state, lost.tries >= 20) == (FulfilmentState.LOST, True)
    assert (await chosen.handoff()).reason == HandoffReason.REMEDY_FAILED
    await read_messages(chosen)
    assert chosen.ever_answered_with("remedy_failed", title=TITLE)


async def test_late_success_is_recorded_for_agents(
    chosen: ConversationHarness, worker: FulfilmentWorker, app: AppHarness
) -> None:
    key = (await the_fulfilment(app)).idempotency_key
    await answer_by(app, key, ProviderAnswer(ProviderOutcome.REFUSED, "no"))
    assert not await answer_by(app, key, ProviderAnswer(ProviderOutcome.DONE), "evt_late")
    assert (await the_fulfilment(app)).state == FulfilmentState.REFUSED
    assert [line.event for line in await chosen.ledger()] == [
        LedgerEvent.RESERVE,
        LedgerEvent.RELEASE,
    ]
    case = await chosen.case()
    events = await app.rows(CaseEvent, CaseEvent.complaint_id == case.id)
    assert events[-1].what == "done after all"


async def test_remedy_done_by_hand_neither_fails_nor_is_told_twice(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    async with app.db.write() as session:
        case = await session.get_one(Complaint, (await chosen.case()).id)
        (remedy,) = await chosen.accepted_remedies()
        fresh = await session.get_one(Compensation, remedy.id)
        await agent_offers.confirm_fulfilment(session, app.context, case, fresh, "command line")
    system.answers = [(422, {})]
    await worker.sweep()
    assert [line.event for line in await app.rows(LedgerEntry)] == [
        LedgerEvent.RESERVE,
        LedgerEvent.ISSUE,
    ]
    assert len(await read_messages(chosen)) == 1
    assert not await chosen.handoffs()


# --- several at once -------------------------------------------------------------------------


async def test_two_workers_request_different_remedies(
    app: AppHarness, worker: FulfilmentWorker
) -> None:
    for place in range(6):
        chat = await app.chat()
        await app.import_order(f"{40000 + place}", f"rosa{place}@example.com")
        text = f"El pedido {40000 + place} llegó roto, rosa{place}@example.com"
        await chat.send("damaged", text)
        await chat.press(1)
    lease = timedelta(seconds=30)
    async with app.db.write() as session:
        first = await fulfilment.claim_due(session, "first", lease)
    async with app.db.write() as session:
        second = await fulfilment.claim_due(session, "second", lease)
    assert (len(first), len(second)) == (6, 0)
    app.clock.advance(seconds=31)  # the first was killed
    async with app.db.write() as session:
        assert len(await fulfilment.claim_due(session, "second", lease)) == 6
    assert {each.tries for each in await app.rows(Fulfilment)} == {2}


async def test_replacement_choices_close_the_old_ones(
    chosen: ConversationHarness,
    worker: FulfilmentWorker,
    app: AppHarness,
    system: FakeCompanySystem,
) -> None:
    system.answers = [(422, {})]
    await worker.sweep()
    still_open = await app.rows(Choice, Choice.chosen.is_(None))
    assert len(still_open) == 3
    assert len({choice.message_id for choice in still_open}) == 1
