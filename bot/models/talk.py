"""What is said: conversations, messages, the choices put to a customer, and photos."""

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
    address: Mapped[str]  # who it is on that channel: a phone, a chat's id, a web visitor's id
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    # How the customer proved who they are; null while they have not.
    proven_by: Mapped[Proof | None] = mapped_column(words("proven_by", Proof))
    language: Mapped[str] = mapped_column(String(2))
    # Whether the language is known from the customer's own words, not only from the page.
    language_heard: Mapped[bool] = mapped_column(default=False)
    last_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    # One turn at a time in the whole cluster: who runs it, and until when that holds.
    turn_owner: Mapped[str | None]
    turn_until: Mapped[datetime | None]
    # What the customer said about the purchase before it could be matched to an order.
    said_order: Mapped[str | None]
    said_email: Mapped[str | None]
    said_phone: Mapped[str | None]
    # A phone that the channel vouches for, as E.164.
    phone: Mapped[str | None] = mapped_column(index=True)
    # When the customer last wrote, by the provider's clock: some channels close a day later.
    heard_at: Mapped[datetime | None]
    # Since when nothing reaches them, and why (they blocked us, the number is gone).
    unreachable_at: Mapped[datetime | None]
    unreachable_why: Mapped[str | None]
    # One deliverer at a time in the whole cluster: who it is, and until when that holds.
    outbox_owner: Mapped[str | None]
    outbox_until: Mapped[datetime | None]
    # Keys of the browser and the network that it comes from; neither can be read from its key.
    device_key: Mapped[str | None] = mapped_column(String(64), index=True)
    network_key: Mapped[str | None] = mapped_column(String(64), index=True)
    # How often each fact was asked for and each doubt was voiced, so that nothing goes on for ever.
    times: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Message(Base):
    """Something said in a conversation; ``seq`` is its place there.

    ``author`` tells the direction: what a customer says comes in, all else goes out. Incoming
    messages are ``received`` until their turn is over, then ``answered``; outgoing ones are
    ``pending`` until the channel has them.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("channel", "source_id"),
        # The inbox: found at once, however long the history grows.
        Index(
            "ix_messages_inbox",
            "conversation_id",
            "seq",
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
        # The outbox: what another process put out, and no channel has shown yet.
        Index(
            "ix_messages_outbox",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        # What the engine has not heard.
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
    # The provider's id of an incoming message: what makes a repeated delivery one message.
    source_id: Mapped[str | None]
    author: Mapped[Author] = mapped_column(words("author", Author))
    author_name: Mapped[str | None]
    text: Mapped[str]
    state: Mapped[MessageState] = mapped_column(words("message_state", MessageState))
    # The alternative that the customer pressed, for an incoming message that is a press.
    choice_token: Mapped[str | None]
    # False while the engine has not heard an incoming message that the edge answered in its place.
    heard: Mapped[bool] = mapped_column(default=True)
    # What the actions said to an incoming message, committed with what they did: a turn that was
    # cut off before its answer was stored says the same again, and does nothing twice.
    reply: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    in_reply_to: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    at: Mapped[datetime]
    # What an incoming message is, where it is more or less than words: "voice", "location", …
    kind: Mapped[ContentKind] = mapped_column(
        FreeWords(ContentKind), default=ContentKind.TEXT, server_default="text"
    )
    # What came with it: files of the provider's, a place, what the engine is told in its stead.
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # When the customer sent it, by the provider's clock; it may come to us days later.
    said_at: Mapped[datetime | None]
    # What the provider calls the message itself: to edit it, and to know it in what is reported.
    provider_id: Mapped[str | None]
    # The outbox: how many of the message's parts are out, how often the next was tried, and when
    # it may be tried again.
    parts_sent: Mapped[int] = mapped_column(default=0, server_default="0")
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    next_try_at: Mapped[datetime | None]
    # Since when the provider has been asked to send and has not answered.
    asked_at: Mapped[datetime | None]
    # When a template knocked for a message that waits for the customer to write again.
    announced_at: Mapped[datetime | None]
    failed_why: Mapped[str | None]
    # Never read by themselves; whoever puts a message knows them without reading.
    choices: Mapped[list["Choice"]] = relationship(
        lazy="raise", viewonly=True, order_by="Choice.position"
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        lazy="raise", viewonly=True, order_by="Attachment.created_at"
    )


# Written out and not bound: only then does the database see that the small index will do.
RECEIVED = Message.state == literal_column("'received'")
PENDING = Message.state == literal_column("'pending'")


class Choice(Base):
    """One alternative under an outgoing message: an opaque token that can be spent once."""

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
    payload: Mapped[str]  # what the engine is told; it never leaves the server
    # Null while all of the message's choices are open; then whether this is the one.
    chosen: Mapped[bool | None]


class Attachment(Base):
    """A file that was sent, checked where it is a photo, and kept outside the web root."""

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
    name: Mapped[str | None]  # what the sender called the file
    # What a photo looks like, so that it is known again when it was sent before.
    looks: Mapped[str | None] = mapped_column(String(16), index=True)
