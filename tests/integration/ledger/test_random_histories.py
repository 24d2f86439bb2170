"""Random histories of remedies, on both databases: the audit finds nothing, whatever happens."""

import asyncio
import itertools
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from bot.cases import complaints
from bot.company.business_hours import Window
from bot.compensation import acceptance, completion, expiry, offers, redemption, reversal
from bot.compensation.acceptance import Acceptance
from bot.compensation.redemption import CannotRedeem
from bot.compensation.reversal import CannotReverse
from bot.config.localized import LocalText
from bot.context.company_context import CompanyContext, PolicyInForce
from bot.conversation import messages
from bot.database.session import Database
from bot.ledger import audit, entries
from bot.models import (
    Budget,
    Compensation,
    CompensationState,
    Complaint,
    Contact,
    Conversation,
    LedgerEntry,
    Order,
)
from bot.money import Money, minor_digits
from bot.policy.alternative import Alternative
from bot.policy.decision import Decision
from bot.policy.limits import Limits
from bot.understanding.extraction import Facts
from tests.integration.conftest import BOTH, fresh_database, settings_for
from tests.integration.harness import Clock

Answer = TypeVar("Answer")
# The night before clocks go forward, and back, in Santiago; a leap day; a month's and a year's end.
BEGINNINGS = (
    datetime(2026, 9, 5, 23, 30, tzinfo=ZoneInfo("America/Santiago")),
    datetime(2027, 4, 3, 22, 30, tzinfo=ZoneInfo("America/Santiago")),
    datetime(2028, 2, 28, 23, 0, tzinfo=UTC),
    datetime(2026, 11, 30, 23, 59, tzinfo=UTC),
    datetime(2026, 12, 31, 20, 0, tzinfo=UTC),
)
ORDERS = st.integers(0, 5)
ABOUT = st.sampled_from(["damaged", "late_delivery"])
AMOUNTS = st.lists(st.sampled_from([1, 33, 60, 99, 120]), min_size=1, max_size=3)
EXAMPLES = 20  # histories a database
KEYS = st.sampled_from(["till-1", "till-2", "till-3", "till-4", "till-5"])
TEXT = LocalText(es="algo", en="something")


def in_zone(context: CompanyContext, currency: str) -> CompanyContext:
    """The demo company, moved to Santiago, with limits that are soon reached."""
    unit = 10 ** minor_digits(currency)

    def money(amount: int) -> Money:
        return Money(amount * unit, currency)

    limits = Limits.model_validate(
        {
            "per_order": {"max_remedies": 2, "max_percent": 120},
            "per_customer": {"max_remedies": 3, "max_total": money(130), "period_days": 30},
            "per_household": {"max_remedies": 4, "period_days": 40},
            "per_category": {"damaged": {"max_remedies": 5, "period_days": 20, "for": "everybody"}},
            "per_kind": {"voucher": {"max_total": money(100), "period_days": 10}},
            "daily_budget": money(120),
            "weekly_budget": money(200),
            "monthly_budget": money(350),
        }
    )
    company = context.company.model_copy(
        update={"time_zone": "America/Santiago", "currency": currency}
    )
    assert company.tz == ZoneInfo("America/Santiago")
    policy = replace(context.policy, currency=currency, limits=limits, breaker=None)
    return replace(context, company=company, in_force=PolicyInForce(policy))


class Histories(RuleBasedStateMachine):
    """What customers, agents and time do to the ledger, in any order."""

    new_database: Callable[[], str]
    context: CompanyContext
    clock: Clock

    tables = Bundle("tables")  # alternatives of an offer
    given = Bundle("given")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.db = Database(type(self).new_database())
        self.numbers = itertools.count(1)
        self.keys: dict[str, tuple[Any, ...]] = {}

    def teardown(self) -> None:
        """Audit once at the end: entries are never deleted, so a mistake on the way is found."""
        try:
            if hasattr(self, "orders"):
                self.do(self._audit())
        finally:
            self.do(self.db.close())
        self.loop.close()

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self.loop.run_until_complete(work)

    @initialize(start=st.sampled_from(BEGINNINGS), currency=st.sampled_from(["CLP", "COP", "KWD"]))
    def begin(self, start: datetime, currency: str) -> None:
        self.clock.move_to(start.astimezone(UTC))
        self.own = in_zone(self.context, currency)
        self.unit = 10 ** minor_digits(currency)
        self.do(self._create_customers())

    async def _create_customers(self) -> None:
        """Three customers with two orders each; two of them have one telephone."""
        run = uuid.uuid4().hex[:8]
        async with self.db.write() as session:
            self.orders = []
            for index in range(3):
                contact = Contact(
                    name="Rosa",
                    email=f"{run}{index}@example.com",
                    phone=f"+56{run}" if index < 2 else None,
                    created_at=self.clock.now(),
                )
                session.add(contact)
                await session.flush()
                for _ in range(2):
                    number = f"{run}-{next(self.numbers)}"
                    order = Order(
                        number=number,
                        number_key=number.replace("-", "").upper(),
                        contact_id=contact.id,
                        customer_name="Rosa",
                        total_minor=100 * self.unit,
                        currency=self.own.policy.currency,
                        placed_at=self.clock.now(),
                        status="delivered",
                        items=[],
                    )
                    session.add(order)
                    await session.flush()
                    self.orders.append(order)

    @rule(target=tables, order=ORDERS, about=ABOUT, amounts=AMOUNTS, hands=st.booleans())
    def offers(self, order: int, about: str, amounts: list[int], *, hands: bool) -> list[int]:
        return self.do(self._offer(self.orders[order], about, amounts, hands=hands))

    async def _offer(
        self, order: Order, about: str, amounts: list[int], *, hands: bool
    ) -> list[int]:
        name, currency = uuid.uuid4().hex, self.own.policy.currency
        now = self.clock.now()
        made = tuple(
            Alternative(
                kind="voucher" if place else "store_credit",
                title=TEXT,
                detail=TEXT,
                value=Money(amount * self.unit, currency),
                amount=Money(amount * self.unit, currency),
                goodwill=Money(amount * self.unit, currency),
                cost=Money(amount * self.unit * 2 // 3, currency),
                valid_days=29,
                hands="bank" if hands else None,
                due=Window(business_days=2) if hands else None,
            )
            for place, amount in enumerate(amounts)
        )
        async with self.db.write() as session:
            session.add(
                Conversation(
                    id=name, channel="web", address=name, language="es", created_at=now, times={}
                )
            )
            await session.flush()
            here = await session.get_one(Conversation, name)
            message = await messages.add_incoming(session, here, name, text="algo pasó")
            case = await complaints.open_case(session, here, message, about, Facts(), also=[])
            case.order_id, case.contact_id = order.id, order.contact_id
            decision = Decision("offer", self.own.policy.version, "rule", made)
            table = await offers.make(session, case, decision)
            return [alternative.id for alternative in table.alternatives]

    @rule(target=given, order=ORDERS, about=ABOUT, amounts=AMOUNTS, hands=st.booleans())
    def is_given(self, order: int, about: str, amounts: list[int], *, hands: bool) -> Any:
        return self.accepts(self.offers(order, about, amounts, hands=hands), 0, 1)

    @rule(target=given, table=tables, place=st.integers(0, 2), times=st.integers(1, 3))
    def accepts(self, table: list[int], place: int, times: int) -> Any:
        chosen = table[place % len(table)]
        outcomes = [self.do(self._accept(chosen)) for _ in range(times)]
        given = {remedy for outcome, remedy in outcomes if outcome is Acceptance.DONE}
        assert len(given) <= 1
        return multiple(*given)

    async def _accept(self, chosen: int) -> tuple[Acceptance, int]:
        async with self.db.write() as session:
            outcome, remedy = await acceptance.accept(session, self.own, chosen, "bot")
            return outcome, remedy.id

    @rule(table=consumes(tables))
    def declines(self, table: list[int]) -> None:
        self.do(self._decline(table[0]))

    async def _decline(self, remedy_id: int) -> None:
        async with self.db.write() as session:
            remedy = await session.get_one(Compensation, remedy_id)
            case = await session.get_one(Complaint, remedy.complaint_id)
            await offers.decline(session, case)

    @rule(remedy=given, does=st.booleans())
    def is_fulfilled_or_fails(self, remedy: int, *, does: bool) -> None:
        self.do(self._ends(remedy, does=does))

    async def _ends(self, remedy_id: int, *, does: bool) -> None:
        async with self.db.write() as session:
            remedy = await session.get_one(Compensation, remedy_id)
            was_awaited = remedy.state == CompensationState.ACCEPTED
            if does:
                ended = await completion.fulfil(session, remedy, "bank")
            else:
                ended = await completion.fail(session, remedy, "bank", "no account")
            assert ended == was_awaited

    @rule(remedy=given, amount=st.one_of(st.none(), st.integers(1, 90)), key=KEYS)
    def spends(self, remedy: int, amount: int | None, key: str) -> None:
        minor = None if amount is None else amount * self.unit
        asked = (remedy, minor)
        key = f"{key}-{self.orders[0].id}"
        try:
            entry = self.do(self._redeem(remedy, minor, key))
        except CannotRedeem:
            assert key not in self.keys
        except entries.KeyReused:
            assert self.keys[key][:2] != asked
        else:
            first = self.keys.setdefault(key, (*asked, entry))
            assert first[2] == entry  # the same key, the same entry

    async def _redeem(self, remedy_id: int, minor: int | None, key: str) -> int:
        async with self.db.write() as session:
            remedy = await session.get_one(Compensation, remedy_id)
            amount = None if minor is None else Money(minor, remedy.currency)
            return (await redemption.redeem(session, remedy, amount, key, "shop")).entry.id

    @rule(remedy=given, line=st.integers(0, 5), even_done=st.booleans())
    def is_reversed(self, remedy: int, line: int, *, even_done: bool) -> None:
        self.do(self._reverse(remedy, line, even_done=even_done))

    async def _reverse(self, remedy_id: int, line: int, *, even_done: bool) -> None:
        try:
            async with self.db.write() as session:
                lines = await entries.list_entries(session, remedy_id)
                entry = lines[line % len(lines)].id
                await reversal.reverse(session, entry, "boss", "a mistake", even_done=even_done)
        except CannotReverse:
            pass

    @rule(
        span=st.sampled_from(
            [
                timedelta(minutes=59),
                timedelta(hours=2),
                timedelta(hours=23),
                timedelta(days=1),
                timedelta(days=8),
                timedelta(days=31),
            ]
        )
    )
    def time_passes(self, span: timedelta) -> None:
        self.clock.advance(seconds=span.total_seconds())

    @rule()
    def vouchers_expire(self) -> None:
        self.do(expiry.expire_due(self.db))

    async def _audit(self) -> None:
        async with self.db.read() as session:
            report = await audit.verify(session, self.own)
            assert [str(finding) for finding in report.findings] == []
            keys = list(await session.scalars(select(LedgerEntry.idempotency_key)))
            assert len(keys) == len(set(keys))
            limits = self.own.policy.limits.budgets
            for budget in await session.scalars(select(Budget)):
                limit = limits[budget.period]
                assert limit is not None
                is_other = budget.currency != limit.currency
                assert is_other or 0 <= budget.spent_minor <= limit.amount_minor


@pytest.fixture(params=BOTH)
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Each history has a database of its own."""
    generators = []

    def new() -> str:
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        database = fresh_database(request, folder, request.param)
        generators.append(database)
        return settings_for(next(database), folder).database_url

    yield new
    for database in generators:
        next(database, None)


def test_audit_finds_nothing_after_any_history(
    new_database: Callable[[], str], context: CompanyContext, clock: Clock
) -> None:
    class Here(Histories):
        pass

    Here.new_database, Here.context, Here.clock = staticmethod(new_database), context, clock
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
