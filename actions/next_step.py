"""The next step of a case: a question for the fact that is missing, the offer, or a human.

It is derived from the database at each turn: customers may give facts in any order, come back after
days, or change their mind, and nothing known is asked for again.
"""

from actions import remedy_replies
from actions.offer import make_offer
from actions.order_match import match_or_ask
from actions.turn import Turn
from bot.cases import related_cases
from bot.compensation import offers
from bot.handoffs import queue
from bot.models import Compensation, CompensationState, Complaint
from bot.text.reply import Reply, ReplyButton, payload


async def next_step(turn: Turn, case: Complaint) -> list[Reply]:
    """Take the next step of the case, and return its replies, with at most one question."""
    if not case.is_told:
        return [Reply(turn.render("ask_what"))]
    if case.contact_id is None and turn.conversation.contact_id is not None:
        # The customer was identified meanwhile: from here on the contact's limits apply.
        case.contact_id = turn.conversation.contact_id
        await offers.withdraw(turn.session, case)
    replies = await match_or_ask(turn, case)
    if replies is not None:
        return replies
    opening = ""
    earlier = await _case_elsewhere(turn, case)
    if earlier is not None:
        case = related_cases.merge(turn.session, earlier, case)
        opening = turn.render("same_case", reference=case.reference)
    remedy = await related_cases.find_other_remedy(turn.session, case)
    if remedy is not None:
        return with_opening(opening, [await _already_remedied(turn, remedy)])
    return with_opening(opening, await make_offer(turn, case))


async def _case_elsewhere(turn: Turn, case: Complaint) -> Complaint | None:
    """Return the open case for the same order in another conversation, unless a human has it."""
    if case.order_id is None:
        return None
    earlier = await related_cases.find_duplicate(turn.session, case)
    if earlier is None or await queue.find_open(turn.session, earlier.conversation_id):
        return None
    return earlier


async def _already_remedied(turn: Turn, remedy: Compensation) -> Reply:
    """Return what the order has got before, with a human as the alternative."""
    earlier = await turn.session.get_one(Complaint, remedy.complaint_id)
    return Reply(
        turn.render(
            "order_remedied" if remedy.state == CompensationState.ISSUED else "order_promised",
            title=remedy_replies.title(turn, remedy),
            reference=earlier.reference,
        ),
        (
            ReplyButton(turn.render("with_a_person"), payload("wants_human")),
            ReplyButton(turn.render("no_thanks"), payload("deny")),
        ),
    )


def with_opening(opening: str, replies: list[Reply]) -> list[Reply]:
    """Return the replies after a message of its own, such as the apology, if there is one."""
    return [Reply(opening), *replies] if opening else replies
