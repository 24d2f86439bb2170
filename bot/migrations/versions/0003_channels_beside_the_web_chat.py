"""What channels beside the web chat need: their outbox, their files, who can be reached and how."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns; those that must have a value bring it along."""
    for column in (
        sa.Column("phone", sa.String()),
        sa.Column("heard_at", sa.DateTime(timezone=True)),
        sa.Column("unreachable_at", sa.DateTime(timezone=True)),
        sa.Column("unreachable_why", sa.String()),
        sa.Column("outbox_owner", sa.String()),
        sa.Column("outbox_until", sa.DateTime(timezone=True)),
    ):
        op.add_column("conversations", column)
    op.create_index("ix_conversations_phone", "conversations", ["phone"])
    for column in (
        sa.Column("kind", sa.String(), nullable=False, server_default="text"),
        sa.Column("extra", sa.JSON(none_as_null=True)),
        sa.Column("said_at", sa.DateTime(timezone=True)),
        sa.Column("provider_id", sa.String()),
        sa.Column("parts_sent", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("announced_at", sa.DateTime(timezone=True)),
        sa.Column("failed_why", sa.String()),
    ):
        op.add_column("messages", column)
    op.create_index("ix_messages_provider_id", "messages", ["channel", "provider_id"])
    op.add_column(
        "attachments", sa.Column("kind", sa.String(), nullable=False, server_default="photo")
    )
    op.add_column("attachments", sa.Column("name", sa.String()))
    op.add_column("promises", sa.Column("way", sa.String()))


def downgrade() -> None:
    raise NotImplementedError("the way back is the backup")
