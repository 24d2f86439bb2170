"""How remedies are told: the alternatives as buttons, what was done, what stands already."""

from actions.turn import Turn
from bot.compensation import presentation
from bot.compensation.offers import OfferWithAlternatives
from bot.models import Compensation, Complaint
from bot.text.reply import Reply, ReplyButton, payload


def title(turn: Turn, given: Compensation) -> str:
    """A remedy's name with its amount, in the customer's language."""
    return presentation.title(turn.context.responses, given, turn.conversation.language)


def table(turn: Turn, on_table: OfferWithAlternatives, *, again: bool) -> Reply:
    """The alternatives to choose from, and the way out of them."""
    language = turn.conversation.language
    buttons = presentation.buttons(turn.context.responses, on_table.alternatives, language)
    buttons.append(ReplyButton(turn.render("none_of_these"), payload("deny")))
    right = next((one for one in on_table.alternatives if one.terms["is_entitlement"]), None)
    if again:
        text = turn.render("offer_again")
    elif right is not None:
        words = turn.context.company.right_texts[right.terms["right"]]
        text = turn.render("offer_right", right=words[language])
    else:
        text = turn.render("offer")
    return Reply(text, tuple(buttons))


async def confirmation(turn: Turn, case: Complaint, given: Compensation) -> Reply:
    """What was done for the customer's choice: the code, the date, the reference."""
    language = turn.conversation.language
    return Reply(await presentation.confirmation(turn.session, turn.context, case, given, language))
