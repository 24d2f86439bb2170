"""How a case is going: told from the database alone."""

from actions import remedies
from actions.go_on import go_on
from actions.turn import Turn, TurnAction
from bot.cases import complaints, promises
from bot.compensation import compensations
from bot.handoffs import queue
from bot.models import Compensation, Complaint, ComplaintState, Promise
from bot.text.reply import Reply


class TellStatus(TurnAction):
    """The customer asks how their case is going."""

    def name(self) -> str:
        """See the rules in ``data/rules/chat.yml``."""
        return "action_tell_status"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Say what the database knows of the newest case, then go on with an open one."""
        turn.understood()
        case = await complaints.latest(turn.session, turn.conversation)
        if case is None:
            return [Reply(turn.render("ask_what"))]
        told = await status(turn, case)
        waits = await queue.find_open(turn.session, turn.conversation.id)
        if case.state != ComplaintState.OPEN or waits is not None:
            return [Reply(told)]
        return await go_on(turn, told)


async def status(turn: Turn, case: Complaint) -> str:
    """The case in one sentence or two: open, with a person, under way, promised, or solved."""
    open_promises = await promises.list_open(turn.session, case.id)
    waits = await queue.find_open(turn.session, turn.conversation.id)
    for one in open_promises:
        if one.what == promises.ANSWER and waits is not None:
            return turn.render("status_person", reference=case.reference, due=one.due_at)
    commitments = [
        turn.render(
            "status_commitment",
            reference=case.reference,
            words=one.commitment or "",
            due=one.due_at,
        )
        for one in open_promises
        if one.what == promises.COMMITMENT
    ]
    remedy = await compensations.find_given(turn.session, case)
    if remedy is not None:
        return " ".join([_of_the_remedy(turn, case, remedy, open_promises), *commitments])
    if commitments:
        return " ".join(commitments)
    if case.state == ComplaintState.OPEN:
        what = turn.render(f"what_{case.category}")
        return turn.render("status_open", reference=case.reference, what=what)
    return turn.render(f"status_{case.state}", reference=case.reference)


def _of_the_remedy(
    turn: Turn, case: Complaint, remedy: Compensation, open_promises: list[Promise]
) -> str:
    title, reference = remedies.title(turn, remedy), case.reference
    for one in open_promises:
        if one.compensation_id == remedy.id:
            return turn.render("status_promise", reference=reference, title=title, due=one.due_at)
    if remedy.code:
        return turn.render("status_done_code", reference=reference, title=title, code=remedy.code)
    return turn.render("status_done", reference=reference, title=title)
