"""Receipts: how far what was said to a customer has come, as their page tells it.

Nobody waits for a receipt, so those that come while another transaction is written are written
together in the next.
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
    """Everything up to ``up_to`` has come this far, and up to ``after`` that was told before."""

    conversation_id: str
    receipt: Receipt
    after: int
    up_to: int
    tell: Callable[[int], None]  # the last place that is news, if any is


class ReadReceipts:
    """The receipts of a process, on their way to the database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._noted: list[PageReceipt] = []
        self._writing: asyncio.Task[None] | None = None

    def note(self, noted: PageReceipt) -> None:
        """Have it written down soon."""
        self._noted.append(noted)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())

    async def stop(self) -> None:
        """Write down what is still to be."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        try:
            while self._noted:
                await self._write()
        except Exception:
            # The page tells how far it has seen when it comes again.
            log.exception("receipts_failed")
        finally:
            self._writing = None

    async def _write(self) -> None:
        async with self._db.write() as session:
            noted, self._noted = self._noted, []
            marked = [
                (
                    one,
                    await message_states.mark(
                        session, one.conversation_id, one.receipt, after=one.after, up_to=one.up_to
                    ),
                )
                for one in noted
            ]
        for one, seq in marked:
            if seq is not None:
                one.tell(seq)
