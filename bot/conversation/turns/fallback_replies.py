"""What the edge itself says when the assistant cannot: the apology, the case, the person."""

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
    """The apology for a turn that got no answer: the truth, a reference, and a dated promise.

    Args:
        reason: "engine_failed", or "truth_gate" for an answer that no row backs.
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


# What is said of a message without words, by what it is; a photo is the engine's to answer.
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


def without_words(
    context: CompanyContext, conversation: Conversation, message: Message
) -> Reply | None:
    """The honest word to what the assistant cannot take in; None for what the engine can."""
    extra = message.extra or {}
    refused = next((one["refused"] for one in extra.get("files", ()) if "refused" in one), None)
    name = f"refused_{refused}" if refused else _WITHOUT_WORDS.get(message.kind)
    if (
        name is None
        or "told" in extra
        or (message.text.strip() and message.kind != ContentKind.GONE)
    ):
        return None
    return Reply(context.responses.render(name, conversation.language))


async def in_the_queue(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    open_handoff: Handoff,
) -> Reply:
    """The word to a customer who writes while a person is awaited, and the way back to the bot."""
    waiting = await queue.ensure_promise(session, context, open_handoff)
    text = context.responses.render(
        "person_waiting",
        conversation.language,
        reference=waiting.complaint.reference,
        due=waiting.promise.due_at,
    )
    return Reply(text, return_buttons(context.responses, conversation.language, open_handoff))
