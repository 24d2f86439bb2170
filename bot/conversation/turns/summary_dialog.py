"""The summary of the case in the chat: the customer confirms or corrects it while they wait.

The engine is not asked, and the customer keeps their place in the queue.
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
# Characters of a correction that are read back; all of it is kept.
LONGEST_QUOTE: Final = 200


async def answer(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    handoff: Handoff,
    message: Message,
    *,
    pressed: str | None,
) -> Reply | None:
    """Return the reply to a confirmation or a correction; None for any other message.

    Args:
        pressed: the intent of the button that the message presses.
    """
    waiting = await queue.ensure_promise(session, context, handoff)
    language, due = conversation.language, waiting.promise.due_at
    back = return_buttons(context.responses, language, handoff)
    if pressed == RIGHT:
        handoff.summary_state = SummaryState.RIGHT
        audit.record(session, waiting.complaint, "customer", "confirmed the summary")
        return Reply(context.responses.render("summary_kept", language, due=due), back)
    if pressed == WRONG:
        handoff.summary_state = SummaryState.WRONG
        return Reply(context.responses.render("summary_correct", language))
    if handoff.summary_state != SummaryState.WRONG or not message.text.strip():
        return None
    handoff.summary_state = SummaryState.CORRECTED
    handoff.corrections = [*handoff.corrections, message.text]
    audit.record(session, waiting.complaint, "customer", "corrected the summary")
    summary = await build.summary_for_customer(session, context, waiting.complaint, handoff)
    if summary is None:
        return Reply(context.responses.render("summary_kept", language, due=due), back)
    words = shorten(message.text, LONGEST_QUOTE, placeholder=" …")
    text = context.responses.render(
        "summary_again", language, summary=summary, words=words, due=due
    )
    return Reply(text, back)


async def link_order(session: AsyncSession, conversation: Conversation, case: Complaint) -> None:
    """Set the case's order if what the customer wrote while waiting proves one."""
    match, order = await verification.match_order(session, conversation)
    if match is not MatchResult.PROVEN or order is None or case.order_id == order.id:
        return
    await offers.withdraw(session, case)
    case.order_id, case.contact_id = order.id, order.contact_id
    audit.record(session, case, "customer", "named the order", order=order.number)
