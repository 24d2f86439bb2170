"""People of the company, and who has a case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Both databases add such a column in place; alembic's batch mode would copy tables that others
# refer to, and SQLite refuses to drop those.
IN_PLACE = (
    "ALTER TABLE {table} ADD COLUMN agent_id INTEGER"
    " CONSTRAINT fk_{table}_agent_id REFERENCES agents (id)"
)
SUMMARY_STATE = (
    "ALTER TABLE handoffs ADD COLUMN summary_state VARCHAR(32) CONSTRAINT ck_handoffs_summary_state"
    " CHECK (summary_state IN ('shown', 'right', 'wrong', 'corrected'))"
)


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "agent",
                "supervisor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "available",
                "away",
                name="presence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_tries", sa.Integer(), nullable=False),
        sa.Column("tries_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sa.UniqueConstraint("email", name=op.f("uq_agents_email")),
    )
    op.create_table(
        "agent_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_agent_sessions_agent_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_agent_sessions")),
    )
    with op.batch_alter_table("agent_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_sessions_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("remedy", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "approved",
                "declined",
                name="approval_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["agents.id"], name=op.f("fk_approvals_asked_by")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_approvals_complaint_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["agents.id"], name=op.f("fk_approvals_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("request_id", name=op.f("uq_approvals_request_id")),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approvals_complaint_id"), ["complaint_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_approvals_state"), ["state"], unique=False)

    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_notes_agent_id")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_notes_complaint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("request_id", name=op.f("uq_notes_request_id")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notes_complaint_id"), ["complaint_id"], unique=False)

    op.add_column("complaints", sa.Column("emotion", sa.String(), nullable=True))

    for table in ("handoffs", "offers", "promises"):
        op.execute(IN_PLACE.format(table=table))
    op.create_index(op.f("ix_handoffs_agent_id"), "handoffs", ["agent_id"], unique=False)
    long_ago = sa.text("'2026-01-01 00:00:00'")
    op.add_column(
        "handoffs",
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=long_ago),
    )
    op.execute("UPDATE handoffs SET due_at = created_at")
    for moment in ("read_at", "nudged_at"):
        op.add_column("handoffs", sa.Column(moment, sa.DateTime(timezone=True), nullable=True))
    for number in ("told_place", "told_low", "told_high"):
        op.add_column("handoffs", sa.Column(number, sa.Integer(), nullable=True))
    op.execute(SUMMARY_STATE)
    op.add_column(
        "handoffs",
        sa.Column("corrections", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    )

    op.add_column(
        "compensations",
        sa.Column("value_minor", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.execute("UPDATE compensations SET value_minor = amount_minor")
    op.add_column("promises", sa.Column("commitment", sa.String(), nullable=True))
    for table in ("offers", "promises"):
        op.add_column(table, sa.Column("request_id", sa.String(length=36), nullable=True))
        op.create_index(op.f(f"ix_{table}_request_id"), table, ["request_id"], unique=True)


def downgrade() -> None:
    raise NotImplementedError("the way back is a backup")
