"""The short version of the packet in the chat: the customer says that it is right, or corrects it.

All of it happens while they wait, without the engine, and the place in the queue stays.
"""

from textwrap import shorten
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.casefile import build
from bot.cases import audit
from bot.compensation import offers
from bot.context.company_context import CompanyContext
from bot.customers import verification
from bot.customers.verification import MatchResult
from bot.handoffs import queue
from bot.handoffs.return_button import return_buttons
from bot.models import Complaint, Conversation, Handoff, Message, SummaryState
from bot.text.reply import Reply

RIGHT: Final = "summary_right"
WRONG: Final = "summary_wrong"
# So much of a correction is read back; all of it is passed on.
LONGEST_QUOTE: Final = 200


async def answer(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    open_handoff: Handoff,
    message: Message,
    *,
    pressed: str | None,
) -> Reply | None:
    """What a waiting customer hears who speaks of the summary; None for anything else.

    Args:
        pressed: the intent of the button that the message presses.
    """
    waiting = await queue.ensure_promise(session, context, open_handoff)
    language, due = conversation.language, waiting.promise.due_at
    back = return_buttons(context.responses, language, open_handoff)
    if pressed == RIGHT:
        open_handoff.summary_state = SummaryState.RIGHT
        audit.record(session, waiting.complaint, "customer", "confirmed the summary")
        return Reply(context.responses.render("summary_kept", language, due=due), back)
    if pressed == WRONG:
        open_handoff.summary_state = SummaryState.WRONG
        return Reply(context.responses.render("summary_correct", language))
    if open_handoff.summary_state != SummaryState.WRONG or not message.text.strip():
        return None
    open_handoff.summary_state = SummaryState.CORRECTED
    open_handoff.corrections = [*open_handoff.corrections, message.text]
    audit.record(session, waiting.complaint, "customer", "corrected the summary")
    summary = await build.summary_for_customer(session, context, waiting.complaint, open_handoff)
    if summary is None:
        return Reply(context.responses.render("summary_kept", language, due=due), back)
    words = shorten(message.text, LONGEST_QUOTE, placeholder=" …")
    text = context.responses.render(
        "summary_again", language, summary=summary, words=words, due=due
    )
    return Reply(text, back)


async def recognize(session: AsyncSession, conversation: Conversation, case: Complaint) -> None:
    """MatchResult what was told while waiting to an order, so that nobody has to look it up."""
    matched, found = await verification.match_order(session, conversation)
    if matched is not MatchResult.PROVEN or found is None or case.order_id == found.id:
        return
    await offers.withdraw(session, case)
    case.order_id, case.contact_id = found.id, found.contact_id
    audit.record(session, case, "customer", "named the order", order=found.number)
