"""What is said besides the case: answered shortly, then the open question is taken up again."""

from actions.compensation import chosen_in_words
from actions.go_on import go_on
from actions.next_step import to_person
from actions.turn import COUNT_UNCLEAR, Turn, TurnAction
from bot.company.opening_hours import show_hours
from bot.models import Complaint, HandoffReason
from bot.text.reply import Reply, ReplyButton, payload
from bot.understanding.clarification import candidates
from bot.understanding.escalation import find_alarm

# These end a talk: no question is put after them.
_LEAVE_IT = {"goodbye", "thanks", "praise"}


class Chat(TurnAction):
    """Greetings, thanks, questions, small talk."""

    def name(self) -> str:
        """See the rules in ``data/rules/chat.yml``."""
        return "action_chat"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Answer, then take up the question that is open."""
        if turn.intent == "smalltalk" and not any(sign.isalnum() for sign in turn.text):
            # "😡", "???": nothing in it says that this is about something else.
            return await _not_understood(turn)
        turn.understood()
        if turn.intent == "switch_language":
            wanted = _other_language(turn)
            turn.conversation.language = turn.context.company.choose_language(wanted)
            return await go_on(turn, turn.render("language"))
        case = await turn.case()
        if case is not None and await chosen_in_words(turn, case) is not None:
            return await go_on(turn)
        answer = _answer(turn, case)
        if turn.intent in _LEAVE_IT or (case is None and turn.intent != "abuse"):
            return [Reply(answer)]
        return await go_on(turn, answer)


def _answer(turn: Turn, case: Complaint | None) -> str:
    if turn.intent == "greet" and case is not None:
        return turn.render("greet_again")
    if turn.intent == "remark" and case is not None:
        # What went wrong is told already, and facts speak for themselves.
        return "" if turn.facts else turn.render("remark_in_case")
    if turn.intent == "ask_hours":
        hours = show_hours(turn.context.company, turn.conversation.language)
        return turn.render("ask_hours", hours=hours)
    return turn.render(turn.intent)


def _other_language(turn: Turn) -> str:
    """The language that is asked for: the one that is not spoken now, unless it is named."""
    text = turn.text.casefold()
    if any(word in text for word in ("español", "espanol", "spanish", "castellano")):
        return "es"
    if any(word in text for word in ("ingl", "english")):
        return "en"
    return "en" if turn.conversation.language == "es" else "es"


class NotUnderstood(TurnAction):
    """The message was not understood well enough."""

    def name(self) -> str:
        """See the rules in ``data/rules/chat.yml``."""
        return "action_not_understood"

    async def respond(self, turn: Turn) -> list[Reply]:
        """See ``_not_understood``."""
        return await _not_understood(turn)


async def _not_understood(turn: Turn) -> list[Reply]:
    """Facts and choices are still seen; then one open question; the second time a person."""
    case = await turn.case()
    if case is None and (grave := find_alarm(turn.text)) is not None:
        return await to_person(turn, HandoffReason(grave))
    if turn.photos or (turn.facts and case is not None):
        return await go_on(turn, turn.render("photo_received") if turn.photos else "")
    if case is not None and await chosen_in_words(turn, case) is not None:
        return await go_on(turn)
    if turn.count(COUNT_UNCLEAR) > 1:
        return await to_person(turn, HandoffReason.NOT_UNDERSTOOD)
    if case is not None:
        what = turn.render(f"what_{case.category}")
        known = turn.render("unclear_known", what=what, reference=case.reference)
        return await go_on(turn, known)
    return [_ask_back(turn)]


def _ask_back(turn: Turn) -> Reply:
    """The one open question, with what was understood."""
    near = candidates(turn.ranking)
    if len(near) == 2:
        buttons = [
            ReplyButton(turn.render(f"what_{name}").capitalize(), payload(name)) for name in near
        ]
        return Reply(turn.render("which_of_two"), tuple(buttons))
    if turn.facts.thing:
        near_it = turn.render("your_thing", thing=turn.facts.thing)
        return Reply(turn.render("unclear_about", what=near_it))
    if near:
        return Reply(turn.render("unclear_about", what=turn.render(f"what_{near[0]}")))
    return Reply(turn.render("unclear"))
