"""What is open is found at once, however long the history grows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_choices_open",
        "choices",
        ["conversation_id"],
        sqlite_where=sa.text("chosen IS NULL"),
        postgresql_where=sa.text("chosen IS NULL"),
    )
    op.create_index(
        "ix_messages_unheard",
        "messages",
        ["conversation_id", "seq"],
        sqlite_where=sa.text("heard IS 0"),
        postgresql_where=sa.text("heard IS false"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_unheard", "messages")
    op.drop_index("ix_choices_open", "choices")
