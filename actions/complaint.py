"""Taking a complaint: an apology for what happened, responsibility, and the next step."""

import re

from actions.compensation import accept, match_alternative
from actions.next_step import next_step, with_opening
from actions.to_human import to_human
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

# A wish for money has at most so many words; a longer message is a complaint.
MOST_WORDS_OF_A_WISH = 8
# Words of a refund that is owed, which is a complaint and not a wish.
_OWED = re.compile(
    r"\b(?:nunca|todavia|aun|sigo|siguen|pendiente|promet\w+|deb\w+|desde|hace|pasaron|paso|cancel\w+"
    r"|dias?|semanas?|mes(?:es)?|never|still|pending|waiting|promised|owed?|since|ago|days?|weeks?"
    r"|months?|returned|yet)\b"
)
_CORRECTION = re.compile(
    r"\b(no,|perdon|en realidad|mejor dicho|me equivoque|quise decir|actually|i meant|sorry|rather)"
)


class TakeComplaint(TurnAction):
    """The customer complains: the first time, or with more about the open case."""

    def name(self) -> str:
        """See the rules in ``data/rules/complaint.yml``."""
        return "action_take_complaint"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Apologize once for each complaint, and go on; an alarm brings a human."""
        turn.mark_understood()
        case = await turn.open_case()
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
            opening = _apologize(turn, case)
        elif (refund := await _find_refund_on_offer(turn, case)) is not None:
            return await accept(turn, refund)
        else:
            complaints.update_emotion(case, turn.text)
            opening = await _add_to_case(turn, case)
        if (alarm := find_alarm(turn.text)) is not None:
            return with_opening(opening, await to_human(turn, HandoffReason(alarm)))
        return with_opening(opening, await next_step(turn, case))


def _asks_for_money(turn: Turn) -> bool:
    """Return True if a few words ask for the money back."""
    return turn.intent == "refund_pending" and len(turn.text.split()) <= MOST_WORDS_OF_A_WISH


def _is_only_a_wish(turn: Turn, case: Complaint) -> bool:
    """Return True if money is asked for in a known case, without a word that a refund is owed."""
    is_known = case.is_told and case.category != OTHER_COMPLAINT
    return is_known and _asks_for_money(turn) and not _OWED.search(fold(turn.text))


async def _find_refund_on_offer(turn: Turn, case: Complaint) -> int | None:
    """Return the id of the offered refund if the customer asks for their money: that chooses it."""
    offer = await offers.find_open(turn.session, case) if _asks_for_money(turn) else None
    chosen = match_alternative(turn, offer) if offer else None
    if offer is None or chosen is None:
        return None
    (kind,) = (remedy.kind for remedy in offer.alternatives if remedy.id == chosen)
    return chosen if KINDS[kind].is_paid_back else None


def _apologize(turn: Turn, case: Complaint) -> str:
    """Return the apology for what happened, and the words of responsibility."""
    sentences = [turn.render(f"apology_{case.category}", thing=_thing(turn, case))]
    sentences += [
        turn.render("apology_also", what=turn.render(f"what_{also}")) for also in case.also
    ]
    sentences.append(turn.render("responsible", reference=case.reference))
    return " ".join(sentences)


def _thing(turn: Turn, case: Complaint) -> str:
    """Return what the complaint is about, in the customer's own word if there is one."""
    if case.thing:
        return turn.render("your_thing", thing=case.thing)
    return turn.render("what_you_bought" if case.category == "defective" else "your_order")


async def _add_to_case(turn: Turn, case: Complaint) -> str:
    """Add a further message to the open case, and return what to say to it.

    It is a wish, a correction, another complaint, or nothing new.
    """
    case.thing = case.thing or turn.facts.thing
    desired = choice_matching.find_desired_kind(turn.text)
    is_edited = "corrects" in (turn.message.extra or {})
    if desired is not None and not is_edited and _is_only_a_wish(turn, case):
        if desired == case.desired:
            return ""
        await offers.record_wish(turn.session, case, desired)
        return turn.render("noted_wish", wish=turn.render(f"wish_{desired}"))
    case.desired = desired or case.desired
    instead = is_edited or bool(_CORRECTION.search(fold(turn.text)))
    if not complaints.add_category(case, turn.intent, turn.text, instead=instead):
        return ""
    await offers.withdraw(turn.session, case)
    if case.category == turn.intent:
        return turn.render(f"apology_{case.category}", thing=_thing(turn, case))
    also = turn.render("apology_also", what=turn.render(f"what_{turn.intent}"))
    return f"{also} {turn.render('noted_more', reference=case.reference)}"
