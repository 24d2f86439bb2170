"""Conversations, messages, choices under messages, and attachments."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.models.base import Base, FreeWords, words
from bot.models.states import Author, ContentKind, MessageState, Proof


class Conversation(Base):
    """One contact on one channel; ``id`` is Rasa's ``sender_id``."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]  # on that channel: a phone, a chat's id, a web visitor's id
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    # How the customer's identity was proven; null while it is not.
    proven_by: Mapped[Proof | None] = mapped_column(words("proven_by", Proof))
    language: Mapped[str] = mapped_column(String(2))
    # True if the language is that of the customer's own words, not only of the page.
    language_heard: Mapped[bool] = mapped_column(default=False)
    last_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    # The lease of the turn: which worker runs it, and until when.
    turn_owner: Mapped[str | None]
    turn_until: Mapped[datetime | None]
    # What the customer wrote about the purchase before it could be matched to an order.
    said_order: Mapped[str | None]
    said_email: Mapped[str | None]
    said_phone: Mapped[str | None]
    # A phone that the channel vouches for, as E.164.
    phone: Mapped[str | None] = mapped_column(index=True)
    # When the customer last wrote, by the provider's clock; WhatsApp's window depends on it.
    heard_at: Mapped[datetime | None]
    # Since when no message reaches them, and why (they blocked us, the number is gone).
    unreachable_at: Mapped[datetime | None]
    unreachable_why: Mapped[str | None]
    # The lease of the outbox: which worker sends, and until when.
    outbox_owner: Mapped[str | None]
    outbox_until: Mapped[datetime | None]
    # Hashes of the browser and of its network, from which neither can be read.
    device_key: Mapped[str | None] = mapped_column(String(64), index=True)
    network_key: Mapped[str | None] = mapped_column(String(64), index=True)
    # How often each fact was asked for, and each doubt was raised, so that nothing
    # is repeated without end.
    times: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Message(Base):
    """One message; ``seq`` is its place in the conversation.

    A customer's message is incoming, all others are outgoing. The states are described in
    ``bot/conversation/message_states.py``.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("channel", "source_id"),
        # The inbox, which is small however long the history is.
        Index(
            "ix_messages_inbox",
            "conversation_id",
            "seq",
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
        # The outbox, which is small too.
        Index(
            "ix_messages_outbox",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        # Messages that the engine has not got.
        Index(
            "ix_messages_unheard",
            "conversation_id",
            "seq",
            sqlite_where=text("heard IS 0"),
            postgresql_where=text("heard IS false"),
        ),
        Index("ix_messages_in_reply_to", "in_reply_to"),
        Index("ix_messages_provider_id", "channel", "provider_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    channel: Mapped[str]
    # The sender's id of the message, so that a repeated delivery is stored once.
    source_id: Mapped[str | None]
    author: Mapped[Author] = mapped_column(words("author", Author))
    author_name: Mapped[str | None]
    text: Mapped[str]
    state: Mapped[MessageState] = mapped_column(words("message_state", MessageState))
    # The choice that the customer pressed, if the message is a press.
    choice_token: Mapped[str | None]
    # False while the engine has not got an incoming message that was answered without it.
    heard: Mapped[bool] = mapped_column(default=True)
    # The actions' replies to an incoming message, committed with what the actions did. A turn that
    # was cut off before its answer was stored replies the same again, and does nothing twice.
    reply: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    in_reply_to: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    at: Mapped[datetime]
    # The kind of content: "text", "voice", "location", …
    kind: Mapped[ContentKind] = mapped_column(
        FreeWords(ContentKind), default=ContentKind.TEXT, server_default="text"
    )
    # ``files`` that lie with the provider, ``location``, ``told`` (the payload for the engine in
    # place of the text), …
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # When the customer sent it, by the provider's clock; it may be delivered days later.
    said_at: Mapped[datetime | None]
    # The provider's id of the message, which edits and delivery reports refer to.
    provider_id: Mapped[str | None]
    # How many of the message's parts were sent, how often the next one was tried, and when it may
    # be tried again.
    parts_sent: Mapped[int] = mapped_column(default=0, server_default="0")
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    next_try_at: Mapped[datetime | None]
    # Since when a request to the provider has no response; the message may have been sent.
    asked_at: Mapped[datetime | None]
    # When a template announced the message, which waits for the customer to write.
    announced_at: Mapped[datetime | None]
    failed_why: Mapped[str | None]
    # Never loaded implicitly. Set when a message is stored, so that they need not be read.
    choices: Mapped[list["Choice"]] = relationship(
        lazy="raise", viewonly=True, order_by="Choice.position"
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        lazy="raise", viewonly=True, order_by="Attachment.created_at"
    )


# As literals, not as parameters: only then can the database use the partial index.
RECEIVED = Message.state == literal_column("'received'")
PENDING = Message.state == literal_column("'pending'")


class Choice(Base):
    """One button under an outgoing message: an opaque token that can be pressed once."""

    __tablename__ = "choices"
    __table_args__ = (
        Index(
            "ix_choices_open",
            "conversation_id",
            sqlite_where=text("chosen IS NULL"),
            postgresql_where=text("chosen IS NULL"),
        ),
    )

    token: Mapped[str] = mapped_column(String(16), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    position: Mapped[int]
    title: Mapped[str]
    detail: Mapped[str]
    payload: Mapped[str]  # sent to the engine; it never leaves the server
    # Null while the message's choices are open; then True for the one that was pressed.
    chosen: Mapped[bool | None]


class Attachment(Base):
    """A file that was sent, stored outside the web root; a photo is checked before."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"), index=True)
    file_name: Mapped[str]
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    kind: Mapped[ContentKind] = mapped_column(
        FreeWords(ContentKind), default=ContentKind.PHOTO, server_default="photo"
    )
    name: Mapped[str | None]  # the sender's name of the file
    # A perceptual hash of a photo, by which it is recognised when it is sent again.
    difference_hash: Mapped[str | None] = mapped_column("looks", String(16), index=True)
