"""The button by which customers who wait for an agent return to the bot, and its payload."""

from bot.handoffs import reasons
from bot.models import Handoff
from bot.text.reply import ReplyButton, payload
from bot.text.responses import Responses

INTENT = "go_on"  # as in data/rules/handoff.yml


def return_buttons(
    responses: Responses, language: str, handoff: Handoff
) -> tuple[ReplyButton, ...]:
    """Return the button back to the bot; none where the bot could do nothing more."""
    if handoff.reason in reasons.HUMAN_ONLY:
        return ()
    return (ReplyButton(responses.render("with_the_bot", language), payload(INTENT)),)


def is_return(text: str) -> bool:
    """Return True if ``text`` is the payload of the button back to the bot."""
    return text.startswith(payload(INTENT))
