"""How a case is going: told from the database alone."""

from actions import remedies
from actions.go_on import go_on
from actions.turn import Turn, TurnAction
from bot import compensation, complaint, handoff, promise
from bot.models import Complaint
from bot.say import Say


class TellStatus(TurnAction):
    """The customer asks how their case is going."""

    def name(self) -> str:
        """See the rules in ``data/rules/chat.yml``."""
        return "action_tell_status"

    async def respond(self, turn: Turn) -> list[Say]:
        """Say what the database knows of the newest case, then go on with an open one."""
        turn.understood()
        case = await complaint.latest(turn.session, turn.conversation)
        if case is None:
            return [Say(turn.say("ask_what"))]
        told = await status(turn, case)
        waits = await handoff.open_handoff(turn.session, turn.conversation.id)
        if case.state != "open" or waits is not None:
            return [Say(told)]
        return await go_on(turn, told)


async def status(turn: Turn, case: Complaint) -> str:
    """The case in one sentence: open, with a person, under way, or solved."""
    reference = case.reference
    remedy = await compensation.taken(turn.session, case)
    promises = await promise.open_promises(turn.session, case.id)
    waits = await handoff.open_handoff(turn.session, turn.conversation.id)
    for one in promises:
        if one.what == promise.ANSWER and waits is not None:
            return turn.say("status_person", reference=reference, due=one.due_at)
    commitment = await promise.commitment(turn.session, case.id)
    if commitment is not None and remedy is None:
        words, due = commitment.commitment or "", commitment.due_at
        return turn.say("status_commitment", reference=reference, words=words, due=due)
    if remedy is None and case.state == "resolved":
        return turn.say("status_resolved", reference=reference)
    if remedy is None and case.state == "closed":
        return turn.say("status_closed", reference=reference)
    if remedy is None:
        what = turn.say(f"what_{case.category}")
        return turn.say("status_open", reference=reference, what=what)
    title = remedies.title(turn, remedy)
    if promises:
        return turn.say("status_promise", reference=reference, title=title, due=promises[0].due_at)
    if remedy.code:
        return turn.say("status_done_code", reference=reference, title=title, code=remedy.code)
    return turn.say("status_done", reference=reference, title=title)
