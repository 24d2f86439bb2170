"""Edges are killed at any moment while remedies go through a provider that fails in every way.

Each remedy is done once there, and ledger, promises and the customer's chat agree with it.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import complaints
from bot.compensation import case_facts, offers
from bot.config.settings import Settings
from bot.context.company_context import CompanyContext
from bot.conversation import messages
from bot.customers.order_import import OrderRow, store_orders
from bot.database.session import Database
from bot.ledger import audit, entries
from bot.models import (
    Account,
    Author,
    Compensation,
    CompensationState,
    Complaint,
    Conversation,
    Fulfilment,
    FulfilmentState,
    LedgerEvent,
    Message,
    MessageState,
    Order,
    Promise,
    PromiseState,
    Proof,
)
from bot.policy.decide import decide
from bot.understanding.extraction import Facts
from tests.fakes.company_system import FakeCompanySystem, FaultRates
from tests.integration.edge_forker import EdgeForker, edge_settings, with_webhook_provider
from tests.integration.edge_process import free_port
from tests.integration.harness import AppHarness, contains_response

KILLS = 100  # on each of the two databases
REMEDIES = 75
BAD_DAY = FaultRates(
    failure=0.2, lost_answer=0.2, refusal=0.1, callback=0.3, duplicate_callback=0.2, delay=0.3
)


@pytest.fixture
def system(seed: int) -> Iterator[FakeCompanySystem]:
    fake = FakeCompanySystem(BAD_DAY, seed)
    yield fake
    fake.close()


@pytest.fixture
def forker(settings: Settings, system: FakeCompanySystem) -> Iterator[EdgeForker]:
    forker = EdgeForker(edge_settings(settings, system.url))
    yield forker
    forker.close()


@pytest.mark.timeout(900)
async def test_killed_edges_fulfil_each_remedy_once(
    app: AppHarness,
    context: CompanyContext,
    forker: EdgeForker,
    system: FakeCompanySystem,
    seed: int,
) -> None:
    context.in_force.policy = with_webhook_provider(context.policy, "refund", "replacement")
    await _lay_tables(app.db, context, REMEDIES)
    chance = random.Random(seed)  # noqa: S311 - a test that can be told to do it again
    # On SQLite one edge serves.
    ports = [free_port() for _ in range(1 if app.db.has_one_edge else 2)]
    system.callback_urls = [f"http://127.0.0.1:{port}/providers/webhook" for port in ports]
    edges = {port: forker.begin(port) for port in ports}
    began = time.monotonic()
    for _ in range(KILLS):
        port = chance.choice(ports)
        if chance.random() < 0.8:  # else perhaps while it begins
            await _is_at_work(system)
        await asyncio.sleep(chance.uniform(0, 0.4))  # the random moment
        forker.kill(edges[port])
        edges[port] = forker.begin(port)
    async with app.db.read() as session:
        open_still = len(await _waiting(session))
    print(f"{KILLS} kills in {time.monotonic() - began:.0f} s; {open_still} still to be done")
    await _until_all_is_done(app.db, system)
    for pid in edges.values():
        forker.kill(pid)

    remedies = await app.rows(Compensation, Compensation.accepted_at.is_not(None))
    asked = {one.compensation_id: one for one in await app.rows(Fulfilment)}
    print(
        f"{len(asked)} remedies, {sum(each.requests for each in system.remedies.values())} requests"
    )
    assert len(asked) >= REMEDIES
    assert open_still < 2 * REMEDIES, "nothing was done while edges were killed"
    # Done once at the provider: one key a remedy, one remedy a key.
    assert {one.idempotency_key for one in asked.values()} == set(system.remedies)
    done_there = Counter(
        (each.data["case"], each.data["kind"])
        for each in system.remedies.values()
        if each.verdict == "done"
    )
    assert set(done_there.values()) == {1}
    async with app.db.read() as session:
        assert (await audit.verify(session, context)).findings == ()
    for given in remedies:
        fulfilment = asked.get(given.id)
        if fulfilment is not None:
            verdict = system.remedies[fulfilment.idempotency_key].verdict
            assert fulfilment.state == FulfilmentState(verdict)
        await _assert_all_agree(app, context, given, fulfilment)
    assert await app.count(Promise, Promise.what.in_(("refund", "replacement")),
                               Promise.state == PromiseState.OPEN) == 0  # fmt: skip


async def _lay_tables(db: Database, context: CompanyContext, number: int) -> None:
    """So many customers with a broken thing and the alternatives before them."""
    async with db.write() as session:
        for place in range(number):
            row = OrderRow.model_validate(
                {
                    "order_number": f"{60000 + place}",
                    "customer_name": f"Rosa {place}",
                    "email": f"rosa{place}@example.com",
                    "total": "90000",
                    "currency": "COP",
                    "placed_at": "2026-11-01T10:00:00-05:00",
                    "status": "delivered",
                }
            )
            await store_orders(session, [row], region="CO", timezone="America/Bogota")
            await _lay_table(session, context, f"killed-{place}", f"{60000 + place}")


async def _lay_table(
    session: AsyncSession, context: CompanyContext, name: str, number: str
) -> None:
    bought = (await session.scalars(select(Order).where(Order.number == number))).one()
    conversation = Conversation(
        id=name,
        channel="web",
        address=name,
        language="es",
        contact_id=bought.contact_id,
        proven_by=Proof.ORDER,
        created_at=bought.placed_at,
        times={},
    )
    session.add(conversation)
    await session.flush()
    message = await messages.add_incoming(session, conversation, name, text="Llegó roto")
    message.state = MessageState.ANSWERED
    case = await complaints.open_case(session, conversation, message, "damaged", Facts(), also=[])
    case.order_id, case.severity = bought.id, "medium"
    facts = await case_facts.collect(session, context, case, conversation)
    await offers.make(session, case, decide(context.policy, facts))


async def _waiting(session: AsyncSession) -> list[int]:
    """What is still on a table or with the provider."""
    pending = select(Fulfilment.id).where(Fulfilment.state == FulfilmentState.PENDING)
    offered = select(Compensation.id).where(
        Compensation.state == CompensationState.OFFERED, Compensation.position <= 2
    )
    return [*await session.scalars(pending), *await session.scalars(offered)]


async def _is_at_work(system: FakeCompanySystem) -> None:
    """Wait until the provider is asked once more: on a busy machine an edge takes long to begin."""
    before, deadline = len(system.headers), time.monotonic() + 5
    # What the fake has heard is heard in a thread of its own: it is looked at again and again.
    while len(system.headers) == before and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def _until_all_is_done(db: Database, system: FakeCompanySystem) -> None:
    deadline = time.monotonic() + 120
    while True:
        async with db.read() as session:
            left = await _waiting(session)
        if not left and not system.has_pending_callbacks:
            return
        assert time.monotonic() < deadline, f"{len(left)} are still to be done"
        await asyncio.sleep(0.2)


async def _assert_all_agree(
    app: AppHarness, context: CompanyContext, given: Compensation, asked: Fulfilment | None
) -> None:
    """The provider, the ledger and the chat say the same of a remedy, each once."""
    async with app.db.read() as session:
        case = await session.get_one(Complaint, given.complaint_id)
        lines = [line.event for line in await entries.list_entries(session, given.id)]
        held = await entries.read_balances(session, given.id)
    wanted = {
        None: (CompensationState.ISSUED, [LedgerEvent.ISSUE], Account.OUTSTANDING),
        FulfilmentState.DONE: (
            CompensationState.ISSUED,
            [LedgerEvent.RESERVE, LedgerEvent.ISSUE],
            Account.SETTLED,
        ),
        FulfilmentState.REFUSED: (
            CompensationState.FAILED,
            [LedgerEvent.RESERVE, LedgerEvent.RELEASE],
            Account.COMPANY,
        ),
    }[asked.state if asked else None]
    assert (given.state, lines) == wanted[:2]
    amount = given.amount_minor
    assert held == dict.fromkeys(held, 0) | (
        {} if wanted[2] == Account.COMPANY else {"company": -amount, wanted[2]: amount}
    )
    title = given.terms["title"]["es"]
    said = await app.rows(
        Message,
        Message.conversation_id == case.conversation_id,
        Message.author != Author.CUSTOMER,
        Message.text.contains(f"«{title}"),
    )
    told = Counter(
        name
        for one in said
        for name in ("promised_bank", "promised_warehouse", "issued_with_code", "fulfilled",
                     "remedy_failed")
        if contains_response(context, one.text, name)
    )  # fmt: skip
    promised = {"refund": "promised_bank", "replacement": "promised_warehouse"}.get(given.kind)
    expected = [promised] if promised else ["issued_with_code"]
    if asked is not None:
        expected.append("fulfilled" if asked.state == FulfilmentState.DONE else "remedy_failed")
    assert told == Counter(expected)
