"""The replies of the edge itself, where the engine cannot answer."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.context.company_context import CompanyContext
from bot.handoffs import queue
from bot.handoffs.return_button import return_buttons
from bot.models import ContentKind, Conversation, Handoff, HandoffReason, Message
from bot.text.reply import Reply


async def apologize(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    message: Message,
    reason: HandoffReason,
) -> Reply:
    """Hand the case off. Return the apology, with the case's reference and a date.

    Args:
        reason: ENGINE_FAILED, or TRUTH_GATE for replies that were blocked.
    """
    waiting = await queue.hand_off(session, context, conversation, message, reason)
    name = "engine_failed" if reason == HandoffReason.ENGINE_FAILED else "safe"
    return Reply(
        context.responses.render(
            name,
            conversation.language,
            reference=waiting.complaint.reference,
            due=waiting.promise.due_at,
        )
    )


# The reply to a message without words, by its kind; a photo goes to the engine.
_WITHOUT_WORDS = {
    ContentKind.VOICE: "cannot_hear",
    ContentKind.VIDEO: "kept_for_the_case",
    ContentKind.DOCUMENT: "kept_for_the_case",
    ContentKind.LOCATION: "kept_for_the_case",
    ContentKind.STICKER: "cannot_use",
    ContentKind.CONTACT: "cannot_use",
    ContentKind.UNSUPPORTED: "cannot_use",
    ContentKind.GONE: "error_choice_gone",
}


def reply_without_words(
    context: CompanyContext, conversation: Conversation, message: Message
) -> Reply | None:
    """Return the reply to what the assistant cannot use; None for what the engine can answer."""
    extra = message.extra or {}
    refused = next((file["refused"] for file in extra.get("files", ()) if "refused" in file), None)
    name = f"refused_{refused}" if refused else _WITHOUT_WORDS.get(message.kind)
    if (
        name is None
        or "told" in extra
        or (message.text.strip() and message.kind != ContentKind.GONE)
    ):
        return None
    return Reply(context.responses.render(name, conversation.language))


async def reply_in_queue(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    handoff: Handoff,
) -> Reply:
    """Return the reply to a customer who waits for a human, with the button back to the bot."""
    waiting = await queue.ensure_promise(session, context, handoff)
    text = context.responses.render(
        "person_waiting",
        conversation.language,
        reference=waiting.complaint.reference,
        due=waiting.promise.due_at,
    )
    return Reply(text, return_buttons(context.responses, conversation.language, handoff))
