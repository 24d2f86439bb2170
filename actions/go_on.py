"""Going on with a case after anything that is not itself a step of it."""

from actions.compensation import chosen_in_words, take
from actions.next_step import join, next_step, to_person
from actions.turn import Turn
from bot.models import HandoffReason
from bot.text.reply import Reply
from bot.understanding.escalation import find_alarm


async def go_on(turn: Turn, opening: str = "") -> list[Reply]:
    """What comes next. A choice among the alternatives is one, however it was understood."""
    case = await turn.case()
    if case is None and (grave := find_alarm(turn.text)) is not None:
        # Whatever it was understood as, a person sees to it.
        return await to_person(turn, HandoffReason(grave))
    if case is None:
        return join(opening, [Reply(turn.render("ask_what"))])
    chosen = await chosen_in_words(turn, case)
    if chosen is not None:
        return await take(turn, chosen)
    return join(opening, await next_step(turn, case))
