"""A ledger that balances, budgets by period, pauses, providers, decisions and doubts."""

from collections import Counter
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ACCOUNTS = "'company', 'reserved', 'outstanding', 'settled'"
EVENTS = "'reserve', 'release', 'issue', 'redeem', 'expire', 'reverse'"
# In place on both databases, with the rules that hold from now on; an older line takes the default.
LEDGER_COLUMNS = {
    "event": f"VARCHAR(32) DEFAULT 'issue' NOT NULL CONSTRAINT ck_ledger_entries_ledger_event CHECK (event IN ({EVENTS}))",
    "from_account": f"VARCHAR(32) DEFAULT 'company' NOT NULL CONSTRAINT ck_ledger_entries_from_account CHECK (from_account IN ({ACCOUNTS}))",
    "to_account": f"VARCHAR(32) DEFAULT 'settled' NOT NULL CONSTRAINT ck_ledger_entries_to_account CHECK (to_account IN ({ACCOUNTS}))",
    "budget_minor": "{minor} DEFAULT 0 NOT NULL CONSTRAINT ck_ledger_entries_no_amount_below_zero CHECK (amount_minor >= 0 AND budget_minor >= 0)",
    "budget_day": "DATE CONSTRAINT ck_ledger_entries_two_accounts CHECK (from_account <> to_account)",
    "inputs_hash": "VARCHAR(64) DEFAULT '' NOT NULL",
    "policy_version": "VARCHAR DEFAULT '' NOT NULL",
    "reverses_id": "INTEGER CONSTRAINT fk_ledger_entries_reverses_id REFERENCES ledger_entries (id)",
}
# What the older lines meant.
TOLD_ANEW = (
    "UPDATE ledger_entries SET event = 'reserve', to_account = 'reserved' WHERE state = 'accepted'",
    (
        "UPDATE ledger_entries SET to_account = 'outstanding' WHERE state = 'issued' AND kind IN"
        " ('voucher', 'store_credit', 'gift', 'free_shipping', 'upgrade')"
    ),
    """
    UPDATE ledger_entries SET from_account = 'reserved' WHERE state = 'issued' AND EXISTS (
        SELECT 1 FROM ledger_entries AS earlier
        WHERE earlier.compensation_id = ledger_entries.compensation_id AND earlier.state = 'accepted'
    )
    """,
    """
    UPDATE ledger_entries SET policy_version = (
        SELECT offers.policy_version FROM offers
        JOIN compensations ON compensations.offer_id = offers.id
        WHERE compensations.id = ledger_entries.compensation_id
    )
    """,
)
HELD = """
    (SELECT coalesce(sum(CASE NEW.from_account WHEN to_account THEN amount_minor
                         WHEN from_account THEN -amount_minor ELSE 0 END), 0)
     FROM ledger_entries WHERE compensation_id = NEW.compensation_id)
"""
NO_MORE_THAN_HELD = {
    "sqlite": [
        f"""
        CREATE TRIGGER ledger_no_more_than_held BEFORE INSERT ON ledger_entries
        WHEN NEW.from_account <> 'company' AND {HELD} < NEW.amount_minor
        BEGIN SELECT RAISE(ABORT, 'the account does not hold so much'); END
        """
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION ledger_holds_enough() RETURNS trigger AS $$
        BEGIN
            PERFORM 1 FROM compensations WHERE id = NEW.compensation_id FOR UPDATE;
            IF NEW.from_account <> 'company' AND {HELD} < NEW.amount_minor THEN
                RAISE EXCEPTION 'the account does not hold so much';
            END IF;
            RETURN NEW;
        END $$ LANGUAGE plpgsql
        """,
        """
        CREATE TRIGGER ledger_no_more_than_held BEFORE INSERT ON ledger_entries
        FOR EACH ROW EXECUTE FUNCTION ledger_holds_enough()
        """,
    ],
}
APPEND_ONLY = {
    "sqlite": [
        f"""
        CREATE TRIGGER ledger_no_{what} BEFORE {what} ON ledger_entries
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
        """
        for what in ("update", "delete")
    ],
    "postgresql": [
        """
        CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entries
        FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()
        """
    ],
}
CHANGEABLE = {
    "sqlite": ["DROP TRIGGER ledger_no_update", "DROP TRIGGER ledger_no_delete"],
    "postgresql": ["DROP TRIGGER ledger_append_only ON ledger_entries"],
}
# SQLite has one kind of integer; elsewhere 32 bits end at twenty-one million pesos.
MONEY = {
    "orders": ["total_minor"],
    "compensations": ["amount_minor", "goodwill_minor", "budget_minor", "value_minor"],
    "ledger_entries": ["amount_minor"],
    "approvals": ["amount_minor"],
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _ledger(dialect)
    _budgets()
    if dialect == "postgresql":
        for table, columns in MONEY.items():
            for column in columns:
                op.alter_column(table, column, type_=sa.BigInteger())
    _pauses()
    _providers()
    _decisions()
    _doubts()


def _ledger(dialect: str) -> None:
    for statement in CHANGEABLE[dialect]:
        op.execute(statement)
    minor = "INTEGER" if dialect == "sqlite" else "BIGINT"
    for name, column in LEDGER_COLUMNS.items():
        op.execute(f"ALTER TABLE ledger_entries ADD COLUMN {name} {column.format(minor=minor)}")
    for statement in (*TOLD_ANEW, *NO_MORE_THAN_HELD[dialect], *APPEND_ONLY[dialect]):
        op.execute(statement)
    op.create_index("ix_ledger_entries_compensation_id", "ledger_entries", ["compensation_id"])
    op.create_index("ix_ledger_entries_created_at", "ledger_entries", ["created_at"])
    op.create_index("ix_ledger_entries_reverses_id", "ledger_entries", ["reverses_id"], unique=True)


def _budgets() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    spent = op.get_bind().execute(sa.text("SELECT day, currency, spent_minor FROM budgets")).all()
    op.drop_table("budgets")
    op.create_table(
        "budgets",
        sa.Column("period", _words("period", "day", "week", "month"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("spent_minor", MINOR, nullable=False),
        sa.Column("untold_minor", MINOR, nullable=False),
        sa.PrimaryKeyConstraint("period", "starts_on", "currency", name="pk_budgets"),
    )
    insert = sa.text(
        "INSERT INTO budgets (period, starts_on, currency, spent_minor, untold_minor)"
        " VALUES (:period, :day, :currency, :spent, :spent)"
    )
    untold: Counter[tuple[str, date, str]] = Counter()
    for told, currency, minor in spent:
        day = date.fromisoformat(str(told))
        monday = day - timedelta(days=day.weekday())
        for period, start in (("day", day), ("week", monday), ("month", day.replace(day=1))):
            untold[period, start, currency] += minor
    for (period, start, currency), minor in untold.items():
        row = {"period": period, "day": start.isoformat() if sqlite else start}
        op.get_bind().execute(insert, {**row, "currency": currency, "spent": minor})


def _pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column(
            "reason",
            _words("pause_reason", "errors", "burst", "unusual_hour", "by_hand"),
            nullable=False,
        ),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_by", sa.Integer(), nullable=True),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["paused_by"], ["agents.id"], name="fk_pauses_paused_by"),
        sa.ForeignKeyConstraint(["resumed_by"], ["agents.id"], name="fk_pauses_resumed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pauses"),
    )
    op.create_index(
        "uq_pauses_open",
        "pauses",
        ["is_open"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )


def _providers() -> None:
    op.create_table(
        "fulfilments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("compensation_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=36), nullable=False),
        sa.Column(
            "state",
            _words("fulfilment_state", "pending", "done", "refused", "lost"),
            nullable=False,
        ),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("owned_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["compensation_id"], ["compensations.id"], name="fk_fulfilments_compensation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fulfilments"),
        sa.UniqueConstraint("compensation_id", name="uq_fulfilments_compensation_id"),
        sa.UniqueConstraint("idempotency_key", name="uq_fulfilments_idempotency_key"),
    )
    op.create_index(
        "ix_fulfilments_due",
        "fulfilments",
        ["next_at"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "provider_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fulfilment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("is_error", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fulfilment_id"], ["fulfilments.id"], name="fk_provider_tries_fulfilment_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_provider_tries"),
        sa.UniqueConstraint("event_id", name="uq_provider_tries_event_id"),
    )
    op.create_index("ix_provider_tries_fulfilment_id", "provider_tries", ["fulfilment_id"])
    op.create_index("ix_provider_tries_at", "provider_tries", ["at"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode", _words("decision_mode", "live", "shadow"), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("outcome", _words("decision_outcome", "offer", "person"), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("alternatives", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("working", sa.JSON(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name="fk_decisions_complaint_id"
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name="fk_decisions_offer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_at", "decisions", ["at"])
    op.create_index("ix_decisions_complaint_id", "decisions", ["complaint_id"])
    op.create_index("ix_decisions_offer_id", "decisions", ["offer_id"])


def _doubts() -> None:
    op.create_table(
        "doubts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_doubts_complaint_id"),
        sa.PrimaryKeyConstraint("id", name="pk_doubts"),
        sa.UniqueConstraint("complaint_id", "signal", name="uq_doubts_complaint_id_signal"),
    )
    for table, column, length in (
        ("orders", "signed_by", None),
        ("orders", "address_key", 64),
        ("conversations", "device_key", 64),
        ("conversations", "network_key", 64),
        ("attachments", "looks", 16),
    ):
        op.add_column(table, sa.Column(column, sa.String(length=length), nullable=True))
        if length:
            op.create_index(f"ix_{table}_{column}", table, [column])


def _words(name: str, *allowed: str) -> sa.Enum:
    return sa.Enum(*allowed, name=name, native_enum=False, create_constraint=True, length=32)


MINOR = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    raise NotImplementedError("the way back is the backup")
