"""Taking a complaint: the apology for the very thing, responsibility, and what comes next."""

import re

from actions.compensation import take
from actions.next_step import join, next_step, to_person
from actions.turn import Turn, TurnAction
from bot.cases import complaints
from bot.category import OTHER_COMPLAINT
from bot.compensation import offers
from bot.models import Complaint, HandoffReason
from bot.remedy_kind import KINDS
from bot.text.normalize import fold
from bot.text.reply import Reply
from bot.understanding import choice_matching
from bot.understanding.escalation import find_alarm
from bot.understanding.second_complaint import find_second_category

FEW_WORDS = 8
# Words of a refund that is owed: a wrong of its own, and no mere wish.
_OWED = re.compile(
    r"\b(?:nunca|todavia|aun|sigo|siguen|pendiente|promet\w+|deb\w+|desde|hace|pasaron|paso|cancel\w+"
    r"|dias?|semanas?|mes(?:es)?|never|still|pending|waiting|promised|owed?|since|ago|days?|weeks?"
    r"|months?|returned|yet)\b"
)
_CORRECTION = re.compile(
    r"\b(no,|perdon|en realidad|mejor dicho|me equivoque|quise decir|actually|i meant|sorry|rather)"
)


class TakeComplaint(TurnAction):
    """Takes what the customer complains about, the first time or as a further word on it."""

    def name(self) -> str:
        """See the rules in ``data/rules/complaint.yml``."""
        return "action_take_complaint"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Apologise and go on; what was told before is not apologised for again."""
        turn.understood()
        case = await turn.case()
        if case is None or case.first_message_id == turn.message.id:
            also = find_second_category(turn.text, turn.intent, turn.ranking)
            case = await complaints.open_case(
                turn.session,
                turn.conversation,
                turn.message,
                turn.intent,
                turn.facts,
                also=[also] if also else [],
            )
            case.desired = choice_matching.find_desired_kind(turn.text)
            opening = apology(turn, case)
        elif (chosen := await _asked_for(turn, case)) is not None:
            return await take(turn, chosen)
        else:
            complaints.update_emotion(case, turn.text)
            opening = await _more(turn, case)
        if (grave := find_alarm(turn.text)) is not None:
            # Whatever else it is about, a person sees to it.
            return join(opening, await to_person(turn, HandoffReason(grave)))
        return join(opening, await next_step(turn, case))


def _wants_money(turn: Turn) -> bool:
    """Whether a few words ask for the money."""
    return turn.intent == "refund_pending" and len(turn.text.split()) <= FEW_WORDS


def _only_wishes(turn: Turn, case: Complaint) -> bool:
    """Whether the money is wanted for what is told already, and no refund is said to be owed."""
    is_told = case.is_told and case.category != OTHER_COMPLAINT
    return is_told and _wants_money(turn) and not _OWED.search(fold(turn.text))


async def _asked_for(turn: Turn, case: Complaint) -> int | None:
    """The refund on the table, when the customer asks for their money: a choice."""
    table = await offers.find_open(turn.session, case) if _wants_money(turn) else None
    if table is None:
        return None
    chosen = choice_matching.find_choice(turn.text, [one.kind for one in table.alternatives])
    if chosen is None or not KINDS[table.alternatives[chosen].kind].is_paid_back:
        return None
    return table.alternatives[chosen].id


def apology(turn: Turn, case: Complaint) -> str:
    """The apology for the very thing that happened, and responsibility for it."""
    thing = _thing(turn, case)
    parts = [turn.render(f"apology_{case.category}", thing=thing)]
    parts += [turn.render("apology_also", what=turn.render(f"what_{also}")) for also in case.also]
    parts.append(turn.render("responsible", reference=case.reference))
    return " ".join(parts)


def _thing(turn: Turn, case: Complaint) -> str:
    """What it is about, in the customer's own word where they gave one."""
    if case.thing:
        return turn.render("your_thing", thing=case.thing)
    return turn.render("what_you_bought" if case.category == "defective" else "your_order")


async def _more(turn: Turn, case: Complaint) -> str:
    """A further word on a case that is already open: another wrong, a correction, or the same."""
    case.thing = case.thing or turn.facts.thing
    wish = choice_matching.find_desired_kind(turn.text)
    edited = "corrects" in (turn.message.extra or {})
    if wish is not None and not edited and _only_wishes(turn, case):
        if wish == case.desired:
            return ""
        await offers.record_wish(turn.session, case, wish)
        return turn.render("noted_wish", wish=turn.render(f"wish_{wish}"))
    case.desired = wish or case.desired
    instead = edited or bool(_CORRECTION.search(fold(turn.text)))
    if not complaints.add_category(case, turn.intent, turn.text, instead=instead):
        return ""
    await offers.withdraw(turn.session, case)
    if case.category == turn.intent:
        return turn.render(f"apology_{case.category}", thing=_thing(turn, case))
    also = turn.render("apology_also", what=turn.render(f"what_{turn.intent}"))
    return f"{also} {turn.render('noted_more', reference=case.reference)}"
