"""The status of a case, from the database."""

from actions import remedy_replies
from actions.continue_case import continue_case
from actions.turn import Turn, TurnAction
from bot.cases import complaints, promises
from bot.compensation import compensations
from bot.handoffs import queue
from bot.models import Compensation, Complaint, ComplaintState, Promise
from bot.text.reply import Reply


class TellStatus(TurnAction):
    """The customer asks about the status of their case."""

    def name(self) -> str:
        """See the rules in ``data/rules/chat.yml``."""
        return "action_tell_status"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Return the status of the latest case; an open one without a handoff goes on."""
        turn.mark_understood()
        case = await complaints.latest(turn.session, turn.conversation)
        if case is None:
            return [Reply(turn.render("ask_what"))]
        sentence = await describe_status(turn, case)
        handoff = await queue.find_open(turn.session, turn.conversation.id)
        if case.state != ComplaintState.OPEN or handoff is not None:
            return [Reply(sentence)]
        return await continue_case(turn, sentence)


async def describe_status(turn: Turn, case: Complaint) -> str:
    """Return a sentence or two: the case is open, with a human, promised, or resolved."""
    open_promises = await promises.list_open(turn.session, case.id)
    handoff = await queue.find_open(turn.session, turn.conversation.id)
    for promise in open_promises:
        if promise.what == promises.ANSWER and handoff is not None:
            return turn.render("status_person", reference=case.reference, due=promise.due_at)
    commitments = [
        turn.render(
            "status_commitment",
            reference=case.reference,
            words=promise.commitment or "",
            due=promise.due_at,
        )
        for promise in open_promises
        if promise.what == promises.COMMITMENT
    ]
    remedy = await compensations.find_given(turn.session, case)
    if remedy is not None:
        return " ".join([_describe_remedy(turn, case, remedy, open_promises), *commitments])
    if commitments:
        return " ".join(commitments)
    if case.state == ComplaintState.OPEN:
        what = turn.render(f"what_{case.category}")
        return turn.render("status_open", reference=case.reference, what=what)
    return turn.render(f"status_{case.state}", reference=case.reference)


def _describe_remedy(
    turn: Turn, case: Complaint, remedy: Compensation, open_promises: list[Promise]
) -> str:
    title, reference = remedy_replies.title(turn, remedy), case.reference
    for promise in open_promises:
        if promise.compensation_id == remedy.id:
            due = promise.due_at
            return turn.render("status_promise", reference=reference, title=title, due=due)
    if remedy.code:
        return turn.render("status_done_code", reference=reference, title=title, code=remedy.code)
    return turn.render("status_done", reference=reference, title=title)
