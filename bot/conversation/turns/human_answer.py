"""Ends the turns of messages that are a human's to answer: an agent's, or the queue's."""

from datetime import timedelta

from sqlalchemy import select

from bot import clock
from bot.conversation.agents import agent_offers
from bot.conversation.turns import fallback_replies, summary_dialog
from bot.conversation.turns.turn_end import TurnEnd, TurnResult
from bot.customers import verification
from bot.models import Author, Complaint, Handoff, HandoffReason, HandoffState, Message
from bot.text.reply import Reply
from bot.understanding import extraction

# How often a customer in the queue is told that their message was added.
REPEAT_AFTER = timedelta(minutes=1)


async def answer(end: TurnEnd) -> TurnResult | None:
    """Add the message to the case, and tell the customer so while they wait.

    Return None if the conversation was given back to the bot meanwhile.
    """
    if end.handoff is None:
        return None
    # What the customer tells meanwhile is not to be asked by the agent.
    facts = extraction.extract(end.message.text, end.context.company.country)
    verification.remember_facts(end.conversation, facts)
    if facts and end.message.choice_token is None:
        case = await end.session.get_one(Complaint, end.handoff.complaint_id)
        await summary_dialog.link_order(end.session, end.conversation, case)
    if end.handoff.state == HandoffState.ACTIVE:
        return await _answer_with_agent(end, end.handoff)
    return await _answer_in_queue(end, end.handoff)


async def _answer_with_agent(end: TurnEnd, handoff: Handoff) -> TurnResult:
    """The agent reads the message; only a press on what they offered is carried out here."""
    reply = await _answer_press(end, handoff)
    if reply is None:
        return await end.finish()
    return await end.send([reply], author=Author.SYSTEM)


async def _answer_in_queue(end: TurnEnd, handoff: Handoff) -> TurnResult:
    reply = None
    if handoff.reason == HandoffReason.REMEDY_FAILED:
        # What was offered in place of a failed remedy can be taken without an agent.
        reply = await _answer_press(end, handoff)
    pressed = end.turn.pressed
    reply = reply or await summary_dialog.answer(
        end.session,
        end.context,
        end.conversation,
        handoff,
        end.message,
        pressed=pressed.intent if pressed else None,
    )
    # Should the customer go back to the bot, the engine gets what they wrote meanwhile.
    end.message.heard = pressed is not None
    if reply is None:
        reply = await fallback_replies.reply_in_queue(
            end.session, end.context, end.conversation, handoff
        )
        if await _was_just_sent(end, reply):
            return await end.finish()
    return await end.send([reply])


async def _answer_press(end: TurnEnd, handoff: Handoff) -> Reply | None:
    pressed = end.turn.pressed
    if pressed is None or pressed.number is None:
        return None
    return await agent_offers.answer_press(
        end.session, end.context, handoff, pressed.intent, pressed.number
    )


async def _was_just_sent(end: TurnEnd, reply: Reply) -> bool:
    """Return True if the last message to this customer was the same, and is recent."""
    last = await end.session.scalar(
        select(Message)
        .where(
            Message.conversation_id == end.conversation.id,
            Message.author != Author.CUSTOMER,
            Message.at > clock.now() - REPEAT_AFTER,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return last is not None and last.text == reply.text
