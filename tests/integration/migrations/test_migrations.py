"""Migrations: an old database keeps its rows, and the newest schema is that of the models."""

# ruff: noqa: S608 - made-up rows, written as an older release wrote them
import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.config.settings import Settings
from bot.database.session import MIGRATIONS, migrate, open_database
from bot.models import Base, Handoff, HandoffState
from tests.integration.conftest import PostgreSQL, settings_for

AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
# As both databases read it: SQLite keeps UTC without saying so.
WRITTEN = "2026-11-20 15:30:00"
FIRST = [
    (
        "INSERT INTO conversations (id, channel, address, language, language_heard, last_seq,"
        " created_at, times) VALUES ('c', 'web', 'c', 'es', true, 1, '{at}', '{{}}')"
    ),
    (
        "INSERT INTO messages (id, conversation_id, seq, channel, author, text, state, heard, at)"
        " VALUES (1, 'c', 1, 'web', 'customer', 'una persona', 'answered', true, '{at}')"
    ),
    (
        "INSERT INTO complaints (id, reference, conversation_id, is_told, category, also, severity,"
        " state, first_message_id, first_message_at)"
        " VALUES (1, 'Q-1', 'c', false, 'other_complaint', '[]', 'low', 'open', 1, '{at}')"
    ),
    (
        "INSERT INTO handoffs (id, conversation_id, complaint_id, state, reason, priority,"
        " created_at)"
        " VALUES (1, 'c', 1, 'waiting', 'wants_human', 3, '{at}')"
    ),
    (
        "INSERT INTO promises (id, complaint_id, what, due_at, state, created_at)"
        " VALUES (1, 1, 'answer', '{at}', 'open', '{at}')"
    ),
]

# A voucher that was given at once, a refund that was promised and then done, one still promised,
# and one that failed before anything was written down.
GIVEN = [
    (
        "INSERT INTO contacts (id, name, email, created_at)"
        " VALUES (1, 'Rosa', 'rosa@example.com', '{at}')"
    ),
    (
        "INSERT INTO orders (id, number, number_key, contact_id, customer_name, total_minor,"
        " currency, placed_at, status, items, failed_tries)"
        " VALUES (1, '77001', '77001', 1, 'Rosa', 24990000, 'COP', '{at}', 'delivered', '[]', 0)"
    ),
    *(
        "INSERT INTO offers (id, complaint_id, policy_version, rule_id, reasons, state,"
        f" created_at) VALUES ({number}, 1, '2026-10+abc', 'late', '[]', 'accepted', '{{at}}')"
        for number in (1, 2, 3)
    ),
    *(
        "INSERT INTO compensations (id, offer_id, complaint_id, contact_id, order_id, position,"
        " kind, amount_minor, goodwill_minor, budget_minor, currency, terms, state, code)"
        f" VALUES ({number}, {number}, 1, 1, 1, 1, '{kind}', {amount}, {amount}, {amount}, 'COP',"
        f" '{{{{}}}}', '{state}', {code})"
        for number, kind, amount, state, code in (
            (1, "voucher", 2500000, "issued", "'7KQM-9XRT-2BFD'"),
            (2, "refund", 24990000, "issued", "NULL"),
            (3, "refund", 100, "accepted", "NULL"),
        )
    ),
    *(
        "INSERT INTO ledger_entries (id, created_at, complaint_id, compensation_id, kind, state,"
        " amount_minor, currency, idempotency_key, originator, reason)"
        f" VALUES ({number}, '{{at}}', 1, {remedy}, '{kind}', '{state}', {amount}, 'COP',"
        f" 'offer-{remedy}:{state}', 'bot', 'late_delivery, Q-1')"
        for number, remedy, kind, state, amount in (
            (1, 1, "voucher", "issued", 2500000),
            (2, 2, "refund", "accepted", 24990000),
            (3, 2, "refund", "issued", 24990000),
            (4, 3, "refund", "accepted", 100),
        )
    ),
    (
        "INSERT INTO budgets (day, currency, spent_minor)"
        " VALUES ('2026-11-20', 'COP', 2500000), ('2026-11-19', 'COP', 100)"
    ),
]


def upgrade(settings: Settings, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", settings.database_url.replace("%", "%%"))
    command.upgrade(config, to)


async def rows(settings: Settings, query: str) -> list[tuple[object, ...]]:
    db = open_database(settings)
    try:
        async with db.read() as session:
            return [tuple(row) for row in await session.execute(text(query))]
    finally:
        await db.close()


async def run(settings: Settings, *statements: str) -> None:
    db = open_database(settings)
    try:
        async with db.write() as session:
            for statement in statements:
                await session.execute(text(statement))
    finally:
        await db.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A database without any table."""
    if request.param == "sqlite":
        yield settings_for(f"sqlite:///{tmp_path / 'old.db'}", tmp_path)
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = f"m{uuid.uuid4().hex[:12]}"
    server.run(f"CREATE DATABASE {name}")
    yield settings_for(server.url(name), tmp_path)
    server.drop(name)


def test_handoffs_of_the_first_release_are_kept_with_their_place_in_the_queue(
    empty: Settings,
) -> None:
    upgrade(empty, "0001")
    asyncio.run(run(empty, *(statement.format(at=WRITTEN) for statement in FIRST)))
    migrate(empty)

    async def look() -> list[Handoff]:
        db = open_database(empty)
        async with db.read() as session:
            handoffs = list(await session.scalars(select(Handoff)))
        await db.close()
        return handoffs

    (handoff,) = asyncio.run(look())
    assert (handoff.state, handoff.reason, handoff.created_at) == (
        HandoffState.WAITING,
        "wants_human",
        AT,
    )
    assert handoff.due_at == AT  # who waited first comes first
    assert (handoff.agent_id, handoff.corrections, handoff.summary_state) == (None, [], None)


@pytest.mark.parametrize("since", ["0001", "0002", "0003", "0004"])
def test_remedies_of_older_releases_become_balanced_entries(empty: Settings, since: str) -> None:
    upgrade(empty, since)
    is_first = since == "0001"
    cases = FIRST if is_first else [_at_head(statement) for statement in FIRST]
    remedies = GIVEN if is_first else [_with_value(statement) for statement in GIVEN]
    statements = [statement.format(at=WRITTEN) for statement in (*cases, *remedies)]
    asyncio.run(run(empty, *statements))
    migrate(empty)
    columns = "id, event, from_account, to_account, amount_minor, policy_version, idempotency_key"
    assert asyncio.run(rows(empty, f"SELECT {columns} FROM ledger_entries ORDER BY id")) == [
        (1, "issue", "company", "outstanding", 2500000, "2026-10+abc", "offer-1:issued"),
        (2, "reserve", "company", "reserved", 24990000, "2026-10+abc", "offer-2:accepted"),
        (3, "issue", "reserved", "settled", 24990000, "2026-10+abc", "offer-2:issued"),
        (4, "reserve", "company", "reserved", 100, "2026-10+abc", "offer-3:accepted"),
    ]
    kept = "SELECT id, kind, amount_minor, state, code FROM compensations ORDER BY id"
    assert asyncio.run(rows(empty, kept)) == [
        (1, "voucher", 2500000, "issued", "7KQM-9XRT-2BFD"),
        (2, "refund", 24990000, "issued", None),
        (3, "refund", 100, "accepted", None),
    ]
    spent = "SELECT period, starts_on, spent_minor, untold_minor FROM budgets ORDER BY 1, 2"
    counted = [tuple(map(str, row)) for row in asyncio.run(rows(empty, spent))]
    assert counted == [
        ("day", "2026-11-19", "100", "100"),
        ("day", "2026-11-20", "2500000", "2500000"),
        ("month", "2026-11-01", "2500100", "2500100"),
        ("week", "2026-11-16", "2500100", "2500100"),
    ]

    # Entries cannot be changed, and no account can be overdrawn.
    for wrong in (
        "UPDATE ledger_entries SET amount_minor = 1 WHERE id = 1",
        "DELETE FROM ledger_entries WHERE id = 4",
        _line(5, 1, "redeem", "outstanding", "settled", 2500001),
        _line(5, 2, "release", "reserved", "company", 1),  # it was issued: nothing is reserved
        _line(5, 3, "issue", "reserved", "settled", 101),
    ):
        with pytest.raises(DBAPIError):
            asyncio.run(run(empty, wrong))
    asyncio.run(
        run(
            empty,
            _line(5, 1, "redeem", "outstanding", "settled", 2500000),
            _line(6, 3, "release", "reserved", "company", 100),
        )
    )
    assert asyncio.run(rows(empty, "SELECT count(*) FROM ledger_entries")) == [(6,)]


def test_amounts_beyond_32_bits_fit(empty: Settings) -> None:
    """Twenty-one million pesos in cents are where 32 bits end."""
    migrate(empty)
    asyncio.run(run(empty, *(_at_head(statement).format(at=WRITTEN) for statement in FIRST)))
    many = 95_000_000_00
    large = [
        _with_value(statement).replace("24990000", str(many)).replace("2500000", str(many))
        for statement in GIVEN
        if "ledger_entries" not in statement and "budgets" not in statement
    ]
    asyncio.run(run(empty, *(statement.format(at=WRITTEN) for statement in large)))
    asyncio.run(run(empty, _line(1, 1, "issue", "company", "outstanding", many)))
    day = "INSERT INTO budgets (period, starts_on, currency, spent_minor, untold_minor) VALUES"
    asyncio.run(run(empty, f"{day} ('month', '2026-11-01', 'COP', {many * 100}, 0)"))
    sums = (
        "SELECT (SELECT max(total_minor) FROM orders), (SELECT max(goodwill_minor) FROM"
        " compensations), (SELECT sum(amount_minor) FROM ledger_entries), (SELECT"
        " max(spent_minor) FROM budgets)"
    )
    ((total, goodwill, moved, spent),) = asyncio.run(rows(empty, sums))
    assert (total, goodwill, moved, spent) == (many, many, many, many * 100)


def test_second_upgrade_changes_nothing(empty: Settings) -> None:
    migrate(empty)
    migrate(empty)


def test_migrated_schema_is_that_of_the_models(empty: Settings) -> None:
    migrate(empty)

    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async def look() -> list[object]:
        db = open_database(empty)
        differences = await db.run_sync(compare)
        await db.close()
        return differences

    assert asyncio.run(look()) == []


def test_database_refuses_unknown_states_and_missing_rows(empty: Settings) -> None:
    migrate(empty)
    asyncio.run(run(empty, *(_at_head(statement).format(at=WRITTEN) for statement in FIRST)))
    for wrong in (
        "UPDATE handoffs SET summary_state = 'perhaps'",
        "UPDATE handoffs SET agent_id = 99",
        "UPDATE handoffs SET due_at = NULL",
    ):
        with pytest.raises(IntegrityError):
            asyncio.run(run(empty, wrong))


def _at_head(statement: str) -> str:
    """Add the column that the newest schema requires: when an agent was promised."""
    if "INTO handoffs" not in statement:
        return statement
    named = statement.replace("created_at)", "created_at, due_at)")
    return named.replace("'{at}')", "'{at}', '{at}')")


def _with_value(statement: str) -> str:
    """Add the column that the second release requires: what a remedy is worth."""
    if "INTO compensations" not in statement:
        return statement
    named = statement.replace("budget_minor, currency", "budget_minor, value_minor, currency")
    return named.replace(", 'COP', '{{", ", 0, 'COP', '{{")


def _line(number: int, remedy: int, event: str, source: str, target: str, amount: int) -> str:
    return (
        "INSERT INTO ledger_entries (id, created_at, complaint_id, compensation_id, kind, event,"
        " state, from_account, to_account, amount_minor, budget_minor, currency, idempotency_key,"
        " inputs_hash, originator, reason, policy_version)"
        f" VALUES ({number}, '{WRITTEN}', 1, {remedy}, 'refund', '{event}', '{event}', '{source}',"
        f" '{target}', {amount}, 0, 'COP', 'line-{number}', '', 'bot', '', '')"
    )
