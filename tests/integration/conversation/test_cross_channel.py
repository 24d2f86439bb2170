"""One customer on several channels: one case, one set of limits, one history."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.context.company_context import CompanyContext
from bot.conversation import cross_channel, reachability
from bot.conversation.channel_api import (
    DeliveryReport,
    DeliveryStatus,
    IncomingMessage,
    ReachabilityChange,
)
from bot.conversation.inbound import store_event
from bot.conversation.outbound import reminder_channel
from bot.models import (
    Complaint,
    ComplaintState,
    Conversation,
    Handoff,
    HandoffReason,
    LedgerEntry,
    Message,
    MessageState,
    Promise,
    PromiseState,
    Proof,
)
from tests.integration.harness import ANA, AppHarness, ConversationHarness

ANA_PHONE = "+573001234567"  # of order 10482


class OtherChannel:
    """The same customer, or another, on WhatsApp or Telegram."""

    def __init__(self, app: AppHarness, channel: str, address: str) -> None:
        self.app, self.channel, self.address = app, channel, address
        self._said = 0
        self.chat: ConversationHarness | None = None

    async def says(
        self, intent: str, text: str, *, phone: str | None = None
    ) -> ConversationHarness:
        self._said += 1
        incoming = IncomingMessage(
            self.address, f"{self.channel}-{self.address}-{self._said}", text=text, phone=phone
        )
        async with self.app.db.write() as session:
            stored = await store_event.store(session, self.app.context, self.channel, incoming)
        assert stored is not None
        self.chat = self.chat or ConversationHarness(
            self.app, stored.conversation_id, channel=self.channel, address=self.address
        )
        await self.chat.run_turn(intent)
        return self.chat


async def _get_an_offer(chat: ConversationHarness) -> None:
    await chat.send("damaged", "Mi licuadora del pedido 10482 llegó rota")
    await chat.send("inform", ANA)
    assert chat.choices


async def test_case_begun_on_the_web_continues_on_another_channel(
    app: AppHarness, chat: ConversationHarness
) -> None:
    await _get_an_offer(chat)
    reference = (await chat.case()).reference

    other = await OtherChannel(app, "whatsapp", "573001234567").says(
        "ask_status", "¿Cómo va mi caso?", phone=ANA_PHONE
    )

    assert other.answered_with("status_open", reference=reference)
    assert other.choices, "the alternatives are put again, here"
    assert [case.reference for case in await other.cases()] == [reference]
    await other.press(1)
    assert len(await other.ledger()) == 1
    # The same remedy is not given once more on the web.
    await chat.send("damaged", "Mi licuadora del pedido 10482 llegó rota")
    assert len(await app.rows(Complaint, Complaint.state == ComplaintState.OPEN)) <= 1
    assert len(await app.rows(LedgerEntry)) == 1


async def test_unknown_phone_moves_no_case(app: AppHarness, chat: ConversationHarness) -> None:
    await _get_an_offer(chat)

    other = await OtherChannel(app, "whatsapp", "573009990000").says(
        "ask_status", "¿Cómo va mi caso?", phone="+573009990000"
    )

    assert other.answered_with("ask_what")
    assert await other.cases() == []
    assert len(await chat.cases()) == 1


async def test_phone_of_two_customers_identifies_neither(app: AppHarness) -> None:
    shared = "+57 300 555 6677"
    await app.import_order("77001", "uno@example.com")
    await app.import_order("77002", "dos@example.com", phone=shared)
    await app.import_order("77001", "uno@example.com", phone=shared)

    other = await OtherChannel(app, "whatsapp", "573005556677").says(
        "damaged", "Llegó roto", phone="+573005556677"
    )

    assert (await other.conversation()).contact_id is None
    # The number of one of their orders then suffices: the channel vouches for the phone.
    await other.send("inform", "es el 77002")
    assert (await other.conversation()).proven_by == Proof.ORDER
    assert other.choices


@pytest.mark.parametrize(
    ("wa_id", "book"),
    [("5215512345678", "+525512345678"), ("5491123456789", "+541123456789")],
)
async def test_extra_digit_of_a_mobile_is_the_same_phone(
    app: AppHarness, wa_id: str, book: str
) -> None:
    await app.import_order("77003", "tres@example.com", phone=book)
    other = await OtherChannel(app, "whatsapp", wa_id).says("greet", "Hola", phone=f"+{wa_id}")
    assert (await other.conversation()).proven_by == Proof.CHANNEL_PHONE


async def test_waiting_case_moves_with_its_customer(
    app: AppHarness, chat: ConversationHarness
) -> None:
    await _get_an_offer(chat)
    await chat.send("wants_human", "quiero una persona")

    other = await OtherChannel(app, "telegram", "7001").says("inform", "Aquí sigo", phone=ANA_PHONE)

    (moved,) = await app.rows(Handoff)
    assert moved.conversation_id == other.id
    assert other.answered_with("person_waiting")
    async with app.db.read() as session:
        conversation = await session.get_one(Conversation, other.id)
        told = [one.text for one in await cross_channel.find_other_messages(session, conversation)]
    assert told[0].startswith("Mi licuadora")
    assert "Aquí sigo" not in told


async def test_promise_is_told_in_the_newest_conversation(
    app: AppHarness, chat: ConversationHarness
) -> None:
    await _get_an_offer(chat)
    await chat.press("Reembolso" if any("Reembolso" in c.title for c in chat.choices) else 1)
    assert await chat.promises()

    other = await OtherChannel(app, "whatsapp", "573001234567").says(
        "greet", "Hola", phone=ANA_PHONE
    )

    assert [case.id for case in await other.cases()]
    assert await chat.cases() == []


# --- how a promise will be told -----------------------------------------------------------------


class ChannelWithoutTemplate:
    def template(self, out: object) -> None:
        """Nothing is approved."""


class ChannelWithTemplate:
    def template(self, out: object) -> tuple[dict[str, object], bool]:
        return {}, True


@pytest.mark.parametrize(
    ("channel", "template", "also_on_telegram", "hours", "way"),
    [
        ("whatsapp", ChannelWithTemplate, False, 2, "chat"),
        ("whatsapp", ChannelWithTemplate, False, 30, "template"),
        ("whatsapp", ChannelWithoutTemplate, True, 30, "telegram"),
        ("whatsapp", ChannelWithoutTemplate, False, 30, "nobody"),
        ("telegram", ChannelWithoutTemplate, False, 300, "chat"),
    ],
)
async def test_way_to_tell_of_a_promise_is_decided_at_once(
    app: AppHarness,
    channel: str,
    template: Callable[[], object],
    also_on_telegram: bool,
    hours: int,
    way: str,
) -> None:
    if also_on_telegram:
        await OtherChannel(app, "telegram", "7002").says("greet", "Hola", phone=ANA_PHONE)
    other = await OtherChannel(app, channel, "573001234567").says(
        "damaged", "Llegó roto", phone=ANA_PHONE
    )
    case = await other.case()
    async with app.db.write() as session:
        promise = Promise(
            complaint_id=case.id,
            what="answer",
            due_at=app.clock.now() + timedelta(hours=hours),
            state=PromiseState.OPEN,
            created_at=app.clock.now(),
        )
        session.add(promise)
    async with app.db.write() as session:
        channels = {channel: template()}
        decided = await reminder_channel.decide(session, channels, promise.id)  # type: ignore[arg-type]
    assert decided == way


# --- what is reported ---------------------------------------------------------------------------


async def test_unreachable_customer_with_a_promise_is_handed_off_once(
    app: AppHarness, context: CompanyContext
) -> None:
    customer = OtherChannel(app, "telegram", "7003")
    other = await customer.says("rude_treatment", "El repartidor fue grosero conmigo")
    for _ in range(3):
        async with app.db.write() as session:
            await store_event.store(
                session, context, "telegram", ReachabilityChange("7003", "blocked")
            )

    conversation = await other.conversation()
    assert conversation.unreachable_why == "blocked"
    assert [one.reason for one in await other.handoffs()] == [HandoffReason.UNREACHABLE]
    # What waited for them does not wait any more.
    assert await app.count(Message, Message.state == MessageState.PENDING) == 0


async def test_report_on_an_unknown_message_changes_nothing(
    app: AppHarness, context: CompanyContext
) -> None:
    other = await OtherChannel(app, "whatsapp", "573007770000").says("greet", "Hola")
    async with app.db.write() as session:
        for told in (
            DeliveryReport(None, "wamid.unknown", DeliveryStatus.READ),
            DeliveryReport(10**6, "wamid.x", DeliveryStatus.READ),
            DeliveryReport(
                1, "wamid.x", DeliveryStatus.FAILED, code="131053"
            ),  # the customer's own message
        ):
            assert await store_event.store(session, context, "whatsapp", told) is None
    assert len(await other.handoffs()) == 0


async def test_window_of_each_channel(app: AppHarness) -> None:
    other = await OtherChannel(app, "whatsapp", "573007770001").says("greet", "Hola")
    conversation = await other.conversation()
    closes = reachability.window_closes_at(conversation)
    assert closes is not None
    assert closes - app.clock.now() > timedelta(hours=23)
    app.clock.advance(hours=25)
    assert reachability.is_window_closed(conversation)
    telegram = await OtherChannel(app, "telegram", "7004").says("greet", "Hola")
    assert reachability.window_closes_at(await telegram.conversation()) is None
