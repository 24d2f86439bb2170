"""Going on with the case after a message that is no step of it, such as a greeting."""

from actions.compensation import accept, find_choice
from actions.next_step import next_step, with_opening
from actions.to_human import to_human
from actions.turn import Turn
from bot.models import HandoffReason
from bot.text.reply import Reply
from bot.understanding.escalation import find_alarm


async def continue_case(turn: Turn, opening: str = "") -> list[Reply]:
    """Return the opening and the next step; a choice in the message counts, whatever its intent."""
    case = await turn.open_case()
    if case is None and (alarm := find_alarm(turn.text)) is not None:
        return await to_human(turn, HandoffReason(alarm))
    if case is None:
        return with_opening(opening, [Reply(turn.render("ask_what"))])
    chosen = await find_choice(turn, case)
    if chosen is not None:
        return await accept(turn, chosen)
    return with_opening(opening, await next_step(turn, case))
