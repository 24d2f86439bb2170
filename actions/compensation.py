"""The customer's choice among the alternatives: one of them, none, or undecided."""

from actions import remedy_replies
from actions.next_step import next_step
from actions.to_human import to_human
from actions.turn import Turn, TurnAction
from bot.cases import complaints, related_cases
from bot.compensation import acceptance, compensations, offers
from bot.compensation.acceptance import Acceptance
from bot.compensation.offers import OfferWithAlternatives
from bot.handoffs import queue
from bot.models import Compensation, Complaint, HandoffReason
from bot.text.reply import Reply
from bot.understanding import choice_matching


async def accept(turn: Turn, compensation_id: int) -> list[Reply]:
    """Give the customer the alternative they chose, and return its confirmation."""
    outcome, remedy = await acceptance.accept(turn.session, turn.context, compensation_id, "bot")
    case = await turn.session.get_one(Complaint, remedy.complaint_id)
    if await queue.find_open(turn.session, case.conversation_id) is None:
        # The button may be of an earlier conversation: the case moves to this one.
        case.conversation_id = turn.conversation.id
    if outcome is Acceptance.DONE:
        return [await remedy_replies.confirm(turn, case, remedy)]
    if outcome is Acceptance.TAKEN_BEFORE:
        return [_taken_before(turn, case, remedy)]
    if outcome is Acceptance.GONE:
        open_case = await turn.open_case()
        gone = Reply(turn.render("offer_gone"))
        return [gone] if open_case is None else [gone, *await next_step(turn, open_case)]
    return await to_human(turn, HandoffReason(outcome))


async def find_choice(turn: Turn, case: Complaint) -> int | None:
    """Return the id of the open offer's alternative that a message chooses, if it does.

    A message with facts or a question does not choose.
    """
    offer = await offers.find_open(turn.session, case)
    if offer is None or turn.facts or choice_matching.is_question(turn.text):
        return None
    return match_alternative(turn, offer)


def match_alternative(turn: Turn, offer: OfferWithAlternatives) -> int | None:
    """Return the id of the alternative that the message names, if it names one."""
    kinds = [remedy.kind for remedy in offer.alternatives]
    index = choice_matching.find_choice(turn.text, kinds)
    return None if index is None else offer.alternatives[index].id


class Choose(TurnAction):
    """The customer chose an alternative, with a button or in words."""

    def name(self) -> str:
        """See the rules in ``data/rules/compensation.yml``."""
        return "action_choose"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Accept the alternative; take the next step if the words match none."""
        turn.mark_understood()
        pressed = turn.entities.get("compensation")
        # Only a button's token identifies a remedy: text that looks like a payload does not.
        if pressed is not None and turn.message.choice_token is not None:
            return await accept(turn, int(pressed))
        case = await turn.open_case()
        if case is None:
            return await _nothing_to_choose(turn)
        offer = await offers.find_open(turn.session, case)
        if offer is not None and not turn.facts:
            chosen = match_alternative(turn, offer)
            if chosen is not None:
                return await accept(turn, chosen)
        desired = choice_matching.find_desired_kind(turn.text)
        if desired is not None and desired != case.desired:
            await offers.record_wish(turn.session, case, desired)
        return await next_step(turn, case)


class Affirm(TurnAction):
    """The customer said yes."""

    def name(self) -> str:
        """See the rules in ``data/rules/compensation.yml``."""
        return "action_affirm"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Accept the only alternative, or the human that was offered after a remedy."""
        turn.mark_understood()
        case = await turn.open_case()
        if case is None:
            return await _nothing_to_choose(turn)
        offer = await offers.find_open(turn.session, case)
        if offer is not None:
            is_only_one = len(offer.alternatives) == 1
            chosen = offer.alternatives[0].id if is_only_one else match_alternative(turn, offer)
            if chosen is not None:
                return await accept(turn, chosen)
        elif await related_cases.find_other_remedy(turn.session, case) is not None:
            return await to_human(turn, HandoffReason.ALREADY_REMEDIED)
        return await next_step(turn, case)


class Deny(TurnAction):
    """The customer said no."""

    def name(self) -> str:
        """See the rules in ``data/rules/compensation.yml``."""
        return "action_deny"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Bring a human if all alternatives are declined; close the case if it has its remedy."""
        turn.mark_understood()
        case = await turn.open_case()
        if case is None:
            return await _nothing_to_choose(turn)
        offer = await offers.find_open(turn.session, case)
        if offer is not None:
            # "No quiero un cupón, quiero mi dinero" is a choice.
            chosen = match_alternative(turn, offer)
            if chosen is not None and choice_matching.find_desired_kind(turn.text) is not None:
                return await accept(turn, chosen)
            await offers.decline(turn.session, case)
            return await to_human(turn, HandoffReason.ALL_DECLINED)
        if await related_cases.find_other_remedy(turn.session, case) is not None:
            complaints.close(turn.session, case, "customer")
            return [Reply(turn.render("closed", reference=case.reference))]
        return await next_step(turn, case)


async def _nothing_to_choose(turn: Turn) -> list[Reply]:
    """Answer a yes, a no or a choice without an open case: with the last remedy, or a question."""
    last = await complaints.latest(turn.session, turn.conversation)
    remedy = await compensations.find_given(turn.session, last) if last else None
    if last is None or remedy is None:
        return [Reply(turn.render("ask_what"))]
    return [_taken_before(turn, last, remedy)]


def _taken_before(turn: Turn, case: Complaint, remedy: Compensation) -> Reply:
    title = remedy_replies.title(turn, remedy)
    return Reply(turn.render("taken_before", title=title, reference=case.reference))
