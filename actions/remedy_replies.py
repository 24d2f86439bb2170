"""Replies about remedies: the alternatives as buttons, and the confirmation of a choice."""

from actions.turn import Turn
from bot.compensation import presentation
from bot.compensation.offers import OfferWithAlternatives
from bot.models import Compensation, Complaint
from bot.text.reply import Reply, ReplyButton, payload


def title(turn: Turn, remedy: Compensation) -> str:
    """Return a remedy's name with its amount, in the customer's language."""
    return presentation.title(turn.context.responses, remedy, turn.conversation.language)


def show_offer(turn: Turn, offer: OfferWithAlternatives, *, again: bool) -> Reply:
    """Return the alternatives as buttons, with one to decline them all.

    Args:
        again: the customer has seen them before.
    """
    language = turn.conversation.language
    buttons = presentation.buttons(turn.context.responses, offer.alternatives, language)
    buttons.append(ReplyButton(turn.render("none_of_these"), payload("deny")))
    entitlement = next(
        (remedy for remedy in offer.alternatives if remedy.terms["is_entitlement"]), None
    )
    if again:
        text = turn.render("offer_again")
    elif entitlement is not None:
        right = turn.context.company.right_texts[entitlement.terms["right"]]
        text = turn.render("offer_right", right=right[language])
    else:
        text = turn.render("offer")
    return Reply(text, tuple(buttons))


async def confirm(turn: Turn, case: Complaint, remedy: Compensation) -> Reply:
    """Return what was done for the customer's choice: the code, the date, the reference."""
    language = turn.conversation.language
    return Reply(
        await presentation.confirmation(turn.session, turn.context, case, remedy, language)
    )
