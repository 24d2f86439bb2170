"""The order of a complaint: matched with what the customer said, or asked for."""

from actions.to_human import to_human
from actions.turn import Turn
from bot.cases import related_cases
from bot.category import CATEGORIES, OrderNeed
from bot.compensation import offers
from bot.customers import orders, verification
from bot.customers.verification import MatchResult
from bot.models import Complaint, HandoffReason, Order
from bot.text.reply import Reply, ReplyButton, payload

# So often a fact is asked for before a human takes over.
MOST_ASKED = 3


async def match_or_ask(turn: Turn, case: Complaint) -> list[Reply] | None:
    """Match the case to an order if its category needs one.

    Returns the question to ask, or the replies of a handoff; None if the case can go on.
    """
    need = CATEGORIES[case.category].order
    if case.order_id is not None and not turn.facts.orders:
        return None
    if need is OrderNeed.NONE and not turn.conversation.said_order:
        return None
    if (
        need is OrderNeed.NONE
        and not turn.facts.orders
        and await related_cases.has_earlier_case(turn.session, case)
    ):
        # The order that the customer named earlier belongs to an earlier case.
        return None
    result, order = await verification.match_order(turn.session, turn.conversation)
    if result is MatchResult.PROVEN and order is not None:
        if case.order_id != order.id:
            await offers.withdraw(turn.session, case)
            case.order_id, case.contact_id = order.id, order.contact_id
        return None
    if need is OrderNeed.NONE:
        return None
    return await _ask(turn, result, need)


async def _ask(turn: Turn, result: MatchResult, need: OrderNeed) -> list[Reply] | None:
    """Return the one question that helps to find the order; None if the case goes on without."""
    if result is MatchResult.TOO_MANY_TRIES:
        return await to_human(turn, HandoffReason.IDENTITY_UNPROVEN)
    if result is MatchResult.NEEDS_ORDER:
        return await _ask_order(turn, need)
    if result is MatchResult.MISMATCH:
        if turn.increment("ask_contact_again") >= MOST_ASKED:
            return await to_human(turn, HandoffReason.IDENTITY_UNPROVEN)
        return [Reply(turn.render("ask_contact_again"))]
    if turn.increment("ask_contact") > MOST_ASKED:
        return await to_human(turn, HandoffReason.IDENTITY_UNPROVEN)
    return [Reply(turn.render("ask_contact"))]


async def _ask_order(turn: Turn, need: OrderNeed) -> list[Reply] | None:
    """Ask for the order: a choice among the customer's own ones, its number, or a human's help."""
    if turn.conversation.contact_id is not None and not turn.count("other_order"):
        recent = await orders.find_recent(turn.session, turn.conversation.contact_id)
        if recent and turn.increment("pick_order") > MOST_ASKED:
            return await to_human(turn, HandoffReason.ORDER_NOT_FOUND)
        if recent:
            return [_ask_which(turn, recent)]
    if need is OrderNeed.USEFUL:
        is_asked_before = turn.increment("ask_order") > 1
        return None if is_asked_before else [Reply(turn.render("ask_order_useful"))]
    known_contact = turn.conversation.said_email or turn.conversation.said_phone
    if turn.count("help_find_order") and known_contact:
        # As the help has announced: a human looks up the order by the contact.
        return await to_human(turn, HandoffReason.ORDER_NOT_FOUND)
    if turn.increment("ask_order") > MOST_ASKED:
        return await to_human(turn, HandoffReason.ORDER_NOT_FOUND)
    return [Reply(turn.render("ask_order"))]


def _ask_which(turn: Turn, recent: list[Order]) -> Reply:
    """Return the customer's orders as buttons, with one for another order."""
    buttons = [
        ReplyButton(
            title=order.number,
            detail="; ".join(order.items),
            payload=payload("pick_order", order=order.number),
        )
        for order in recent
    ]
    buttons.append(ReplyButton(turn.render("other_order"), payload("pick_order", order="")))
    return Reply(turn.render("pick_order"), tuple(buttons))
