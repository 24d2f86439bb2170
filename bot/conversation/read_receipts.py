"""Stores the receipts of the web chat's pages: which messages they have got or shown.

Nobody waits for a receipt, so those that arrive during a transaction are written together in the
next one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.conversation import message_states
from bot.conversation.message_states import Receipt
from bot.database.session import Database

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PageReceipt:
    """A page has got, or shown, the messages after one place and up to another."""

    conversation_id: str
    state: Receipt
    after: int
    up_to: int
    on_marked: Callable[[int], None]  # called with the last place that changed, if any did


class ReadReceipts:
    """The receipts of one process that are not stored yet."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._unwritten: list[PageReceipt] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, receipt: PageReceipt) -> None:
        """Store a receipt soon."""
        self._unwritten.append(receipt)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())

    async def stop(self) -> None:
        """Store the rest."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        try:
            while self._unwritten:
                await self._write()
        except Exception:
            # The page sends its receipts again when it reconnects.
            log.exception("receipts_failed")
        finally:
            self._writing = None

    async def _write(self) -> None:
        async with self._db.write() as session:
            receipts, self._unwritten = self._unwritten, []
            marked = [
                await message_states.mark(
                    session,
                    receipt.conversation_id,
                    receipt.state,
                    after=receipt.after,
                    up_to=receipt.up_to,
                )
                for receipt in receipts
            ]
        for receipt, seq in zip(receipts, marked, strict=True):
            if seq is not None:
                receipt.on_marked(seq)
