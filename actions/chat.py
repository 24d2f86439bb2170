"""Messages beside the case, such as greetings: a short answer, then the open question again."""

from actions.compensation import find_choice
from actions.continue_case import continue_case
from actions.to_human import to_human
from actions.turn import NOT_UNDERSTOOD, Turn, TurnAction
from bot.company.opening_hours import show_hours
from bot.models import Complaint, HandoffReason
from bot.text.reply import Reply, ReplyButton, payload
from bot.understanding.clarification import candidates
from bot.understanding.escalation import find_alarm

# Intents that end a talk: no question follows.
_ENDINGS = {"goodbye", "thanks", "praise"}


class Chat(TurnAction):
    """The customer greets, thanks, asks, or makes small talk."""

    def name(self) -> str:
        """See the rules in ``data/rules/chat.yml``."""
        return "action_chat"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Answer, and repeat the open question."""
        if turn.intent == "smalltalk" and not any(sign.isalnum() for sign in turn.text):
            # "😡" or "???" may be about the case.
            return await _not_understood(turn)
        turn.mark_understood()
        if turn.intent == "switch_language":
            language = turn.context.company.choose_language(_other_language(turn))
            turn.conversation.language = language
            return await continue_case(turn, turn.render("language"))
        case = await turn.open_case()
        if case is not None and await find_choice(turn, case) is not None:
            return await continue_case(turn)
        answer = _answer(turn, case)
        if turn.intent in _ENDINGS or (case is None and turn.intent != "abuse"):
            return [Reply(answer)]
        return await continue_case(turn, answer)


def _answer(turn: Turn, case: Complaint | None) -> str:
    if turn.intent == "greet" and case is not None:
        return turn.render("greet_again")
    if turn.intent == "remark" and case is not None:
        # The complaint is known, and facts need no answer.
        return "" if turn.facts else turn.render("remark_in_case")
    if turn.intent == "ask_hours":
        hours = show_hours(turn.context.company, turn.conversation.language)
        return turn.render("ask_hours", hours=hours)
    return turn.render(turn.intent)


def _other_language(turn: Turn) -> str:
    """Return the language that the customer names; by default the one not in use."""
    text = turn.text.casefold()
    if any(word in text for word in ("español", "espanol", "spanish", "castellano")):
        return "es"
    if any(word in text for word in ("ingl", "english")):
        return "en"
    return "en" if turn.conversation.language == "es" else "es"


class NotUnderstood(TurnAction):
    """The message was not understood."""

    def name(self) -> str:
        """See the rules in ``data/rules/chat.yml``."""
        return "action_not_understood"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Use its facts or its choice; else ask back once, and bring a human the second time."""
        return await _not_understood(turn)


async def _not_understood(turn: Turn) -> list[Reply]:
    case = await turn.open_case()
    if case is None and (alarm := find_alarm(turn.text)) is not None:
        return await to_human(turn, HandoffReason(alarm))
    if turn.has_photos or (turn.facts and case is not None):
        return await continue_case(turn, turn.render("photo_received") if turn.has_photos else "")
    if case is not None and await find_choice(turn, case) is not None:
        return await continue_case(turn)
    if turn.increment(NOT_UNDERSTOOD) > 1:
        return await to_human(turn, HandoffReason.NOT_UNDERSTOOD)
    if case is not None:
        what = turn.render(f"what_{case.category}")
        known = turn.render("unclear_known", what=what, reference=case.reference)
        return await continue_case(turn, known)
    return [_ask_back(turn)]


def _ask_back(turn: Turn) -> Reply:
    """Return one question, with the categories that the message may mean."""
    categories = candidates(turn.ranking)
    if len(categories) == 2:
        buttons = [
            ReplyButton(turn.render(f"what_{name}").capitalize(), payload(name))
            for name in categories
        ]
        return Reply(turn.render("which_of_two"), tuple(buttons))
    if turn.facts.thing:
        thing = turn.render("your_thing", thing=turn.facts.thing)
        return Reply(turn.render("unclear_about", what=thing))
    if categories:
        return Reply(turn.render("unclear_about", what=turn.render(f"what_{categories[0]}")))
    return Reply(turn.render("unclear"))
