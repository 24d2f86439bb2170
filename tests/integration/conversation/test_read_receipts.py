"""Receipts of many pages are written together, and each learns what changed."""

import asyncio

import pytest
from sqlalchemy import event

from bot.conversation import messages
from bot.conversation.message_states import Receipt
from bot.conversation.read_receipts import PageReceipt, ReadReceipts
from bot.customers import conversations
from bot.models import Message, MessageState
from bot.text.reply import Reply
from tests.integration.harness import AppHarness, ConversationHarness


class Page:
    """A customer's page, and what was told of it."""

    def __init__(self, chat: ConversationHarness, receipts: ReadReceipts) -> None:
        self.chat = chat
        self.told: list[tuple[Receipt, int]] = []
        self._receipts = receipts

    def has(self, receipt: Receipt, up_to: int, after: int = 0) -> None:
        def tell(seq: int) -> None:
            self.told.append((receipt, seq))

        self._receipts.add(PageReceipt(self.chat.id, receipt, after, up_to, tell))

    async def states(self) -> list[MessageState]:
        found = await self.chat.app.rows(Message, Message.conversation_id == self.chat.id)
        return [one.state for one in sorted(found, key=lambda one: one.seq)]


async def page(app: AppHarness, receipts: ReadReceipts, *, said: int) -> Page:
    """A page on which the assistant has said so many things."""
    chat = await app.chat()
    async with app.db.write() as session:
        conversation = await conversations.lock(session, chat.id)
        for number in range(said):
            await messages.add_outgoing(session, conversation, Reply(f"frase {number}"))
    return Page(chat, receipts)


async def test_receipt_marks_all_messages_before_it(
    app: AppHarness,
) -> None:
    receipts = ReadReceipts(app.db)
    one = await page(app, receipts, said=3)
    one.has(MessageState.READ, 2)
    await receipts.stop()
    assert await one.states() == [MessageState.READ, MessageState.READ, MessageState.SENT]
    one.has(MessageState.READ, 9, after=2)  # more than there is
    await receipts.stop()
    assert await one.states() == [MessageState.READ] * 3
    assert one.told == [(MessageState.READ, 2), (MessageState.READ, 3)]


async def test_late_delivered_receipt_does_not_undo_read(app: AppHarness) -> None:
    receipts = ReadReceipts(app.db)
    one = await page(app, receipts, said=1)
    one.has(MessageState.READ, 1)
    one.has(MessageState.DELIVERED, 1)
    await receipts.stop()
    assert await one.states() == [MessageState.READ]
    assert one.told == [(MessageState.READ, 1)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_receipts_during_a_transaction_share_the_next_commit(
    app: AppHarness,
) -> None:
    receipts = ReadReceipts(app.db)
    pages = [await page(app, receipts, said=1) for _ in range(10)]
    commits: list[int] = []
    event.listen(app.db.engine, "commit", lambda _: commits.append(1))
    async with app.db.write():
        for one in pages:
            one.has(MessageState.READ, 1)
            await asyncio.sleep(0)
        assert not any(one.told for one in pages)
    await receipts.stop()
    assert [one.told for one in pages] == [[(MessageState.READ, 1)]] * 10
    assert len(commits) <= 2


async def test_failed_write_does_not_block_later_receipts(
    app: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts = ReadReceipts(app.db)
    one = await page(app, receipts, said=2)
    with monkeypatch.context() as patched:
        patched.setattr(type(app.db), "write", lambda _self: None)  # nothing to enter
        one.has(MessageState.READ, 1)
        await receipts.stop()
    assert one.told == []
    one.has(MessageState.READ, 2)
    await receipts.stop()
    assert await one.states() == [MessageState.READ, MessageState.READ]
