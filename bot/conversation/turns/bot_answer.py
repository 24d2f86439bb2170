"""Ends the turns that the bot answers: with the engine's replies, or with an apology."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.context.company_context import CompanyContext
from bot.conversation import truth_gate
from bot.conversation.turns import fallback_replies, queries
from bot.conversation.turns.turn_end import TurnEnd, TurnResult
from bot.conversation.turns.turn_input import mark_all_heard
from bot.database.session import Database
from bot.handoffs import queue
from bot.metrics import TRUTH_BLOCKED
from bot.models import Complaint, HandoffEnding, HandoffReason
from bot.text.reply import Reply

log = structlog.get_logger()


async def find_unbacked(
    db: Database, context: CompanyContext, conversation_id: str, replies: Sequence[Reply]
) -> str | None:
    """Return what the truth gate finds wrong in the replies, None if nothing.

    It looks in a transaction of its own, before the one that ends the turn and keeps others
    waiting. The conversation is read again, because the actions may have changed it.
    """
    if not truth_gate.needs_rows(replies):
        return None
    async with db.read() as session:
        result = await session.execute(queries.CONVERSATION, {"conversation": conversation_id})
        return await truth_gate.find_unbacked(session, context, result.scalar_one(), replies)


async def send_replies(
    end: TurnEnd, replies: Sequence[Reply], *, unbacked: str | None = None
) -> TurnResult:
    """Store the replies, or an apology if the truth gate blocked them."""
    if end.has_agent:
        return await end.finish()  # an agent took over meanwhile: the replies are dropped
    if unbacked is not None:
        TRUTH_BLOCKED.inc()
        log.error("truth_gate", conversation=end.conversation.id, unbacked=unbacked)
        return await send_apology(end, HandoffReason.TRUTH_GATE)
    handoff = end.handoff
    if handoff is not None and handoff.reason == HandoffReason.ENGINE_FAILED and end.turn.handoff:
        # The engine is back, so no human is needed.
        case = await end.session.get_one(Complaint, handoff.complaint_id)
        queue.end(end.session, handoff, case, HandoffEnding.RETURNED, "bot")
    if end.turn.has_unheard:
        await mark_all_heard(end.session, end.conversation.id)
    return await end.send(replies)


async def send_apology(end: TurnEnd, reason: HandoffReason) -> TurnResult:
    """Apologise for a turn without a usable answer, and put the case into the queue."""
    end.message.heard = reason != HandoffReason.ENGINE_FAILED
    if end.has_agent:
        return await end.finish()
    if end.handoff is not None and end.turn.handoff is not None:
        reply = await fallback_replies.reply_in_queue(
            end.session, end.context, end.conversation, end.handoff
        )
        return await end.send([reply])
    reply = await fallback_replies.apologize(
        end.session, end.context, end.conversation, end.message, reason
    )
    handoff = await queue.find_open(end.session, end.conversation.id)
    return await replace(end, handoff=handoff).send([reply])


async def leave_to_next(end: TurnEnd) -> TurnResult:
    """Answer nothing: the engine gets the message with the next one, and answers both."""
    end.message.heard = False
    return await end.finish()
