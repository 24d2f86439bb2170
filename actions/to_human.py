"""Handing a case to a human: the reason, the wait, and the summary that the human gets."""

from actions.turn import Turn
from bot.casefile import build
from bot.handoffs import queue, wait_estimate
from bot.handoffs.return_button import return_buttons
from bot.models import HandoffReason, SummaryState
from bot.text.reply import Reply, ReplyButton, payload
from bot.understanding.second_complaint import find_second_category

# Their responses include an apology.
APOLOGIZED_FOR = {HandoffReason.DANGER, HandoffReason.THREAT, HandoffReason.PRESS}
# The customer is not told that their case is being checked: the reason shown is that of others.
SHOWN_AS = {HandoffReason.TO_CHECK: HandoffReason.RULE_SAYS_PERSON}


async def to_human(turn: Turn, reason: HandoffReason) -> list[Reply]:
    """Put the case into the queue, and return the reason, the wait, and the summary to confirm."""
    wait = await queue.hand_off(
        turn.session,
        turn.context,
        turn.conversation,
        turn.message,
        reason,
        category=find_second_category(turn.text, turn.intent, turn.ranking),
    )
    case, responses, language = wait.complaint, turn.context.responses, turn.conversation.language
    sentences = []
    if not case.is_told and case.apologized_at is None and reason not in APOLOGIZED_FOR:
        sentences.append(turn.render("apology_person"))
    why = f"person_because_{SHOWN_AS.get(reason, reason)}"
    if responses.has(why):
        sentences.append(turn.render(why))
    sentences.append(
        wait_estimate.describe(
            responses, language, wait.handoff, wait.estimate, wait.promise.due_at
        )
    )
    # The apology of this same turn has named the case already.
    if not (case.is_told and case.first_message_id == turn.message.id):
        sentences.append(turn.render("your_case", reference=case.reference))
    if not case.is_told and reason == HandoffReason.WANTS_HUMAN:
        sentences.append(turn.render("tell_meanwhile"))
    text, to_bot = " ".join(sentences), return_buttons(responses, language, wait.handoff)
    summary = await build.summary_for_customer(turn.session, turn.context, case, wait.handoff)
    if summary is None or wait.handoff.summary_state is not None:
        return [Reply(text, to_bot)]
    wait.handoff.summary_state = SummaryState.SHOWN
    buttons = (
        ReplyButton(turn.render("summary_right"), payload("summary_right")),
        ReplyButton(turn.render("summary_wrong"), payload("summary_wrong")),
        *to_bot,
    )
    return [Reply(text), Reply(turn.render("summary", summary=summary), buttons)]
