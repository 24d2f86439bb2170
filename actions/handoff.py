"""Bringing a person in at once, and going on with the assistant when the customer prefers it."""

from actions.go_on import go_on
from actions.next_step import to_person
from actions.status import status
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
    """The customer wants a person, or says something that only a person may answer."""

    def name(self) -> str:
        """See the rules in ``data/rules/handoff.yml``."""
        return "action_hand_off"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Once is enough: the case goes to the queue at the first word."""
        turn.understood()
        case = await turn.case()
        if case is not None:
            complaints.update_emotion(case, turn.text)
        # The press is a threat of its own kind, and danger is danger however it is understood.
        return await to_person(turn, HandoffReason(find_alarm(turn.text) or turn.intent))


class GoOn(TurnAction):
    """The customer would rather go on with the assistant than wait."""

    def name(self) -> str:
        """See the rules in ``data/rules/handoff.yml``."""
        return "action_go_on"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Take the conversation back, unless an agent already has it; nobody is awaited then."""
        turn.understood()
        waiting = await queue.find_open(turn.session, turn.conversation.id)
        if waiting is not None and waiting.state == HandoffState.WAITING:
            case = await turn.session.get_one(Complaint, waiting.complaint_id)
            queue.end(turn.session, waiting, case, HandoffEnding.RETURNED, "customer")
            await promises.settle(turn.session, case.id, promises.ANSWER, PromiseState.VOID)
        opening = turn.render("back_with_bot")
        last = await complaints.latest(turn.session, turn.conversation)
        if last is not None and last.state != ComplaintState.OPEN:
            return [Reply(f"{opening} {await status(turn, last)}")]
        if await queue.has_unheard_message(turn.session, turn.conversation.id):
            # What was told meanwhile is heard next, and answered then.
            return [Reply(opening)]
        return await go_on(turn, opening)
