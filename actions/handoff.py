"""A handoff to a human, and the customer's return to the bot."""

from actions.continue_case import continue_case
from actions.status import describe_status
from actions.to_human import to_human
from actions.turn import Turn, TurnAction
from bot.cases import complaints, promises
from bot.handoffs import queue
from bot.models import (
    Complaint,
    ComplaintState,
    HandoffEnding,
    HandoffReason,
    HandoffState,
    PromiseState,
)
from bot.text.reply import Reply
from bot.understanding.escalation import find_alarm


class HandOff(TurnAction):
    """The customer wants a human, or says something that only a human may answer."""

    def name(self) -> str:
        """See the rules in ``data/rules/handoff.yml``."""
        return "action_hand_off"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Put the case into the queue, at the first request."""
        turn.mark_understood()
        case = await turn.open_case()
        if case is not None:
            complaints.update_emotion(case, turn.text)
        # An alarm is more precise than the intent: the press is one kind of threat.
        return await to_human(turn, HandoffReason(find_alarm(turn.text) or turn.intent))


class ReturnToBot(TurnAction):
    """The customer prefers the bot to waiting for a human."""

    def name(self) -> str:
        """See the rules in ``data/rules/handoff.yml``."""
        return "action_go_on"

    async def respond(self, turn: Turn) -> list[Reply]:
        """End a waiting handoff, and go on; an active one stays with its agent."""
        turn.mark_understood()
        handoff = await queue.find_open(turn.session, turn.conversation.id)
        if handoff is not None and handoff.state == HandoffState.WAITING:
            case = await turn.session.get_one(Complaint, handoff.complaint_id)
            queue.end(turn.session, handoff, case, HandoffEnding.RETURNED, "customer")
            await promises.settle(turn.session, case.id, promises.ANSWER, PromiseState.VOID)
        opening = turn.render("back_with_bot")
        last = await complaints.latest(turn.session, turn.conversation)
        if last is not None and last.state != ComplaintState.OPEN:
            return [Reply(f"{opening} {await describe_status(turn, last)}")]
        if await queue.has_unheard_message(turn.session, turn.conversation.id):
            # The messages sent while waiting are the next turn, which answers them.
            return [Reply(opening)]
        return await continue_case(turn, opening)
