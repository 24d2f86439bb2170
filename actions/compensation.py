"""Choosing among the alternatives: one of them, none of them, or a word that leaves it open."""

from actions import remedies
from actions.next_step import next_step, to_person
from actions.turn import Turn, TurnAction
from bot.cases import complaints, related_cases
from bot.compensation import acceptance, compensations, offers
from bot.compensation.acceptance import Acceptance
from bot.handoffs import queue
from bot.models import Compensation, Complaint, HandoffReason
from bot.text.reply import Reply
from bot.understanding import choice_matching


async def take(turn: Turn, compensation_id: int) -> list[Reply]:
    """Give the customer the alternative they chose, and confirm what was done."""
    outcome, remedy = await acceptance.accept(turn.session, turn.context, compensation_id, "bot")
    case = await turn.session.get_one(Complaint, remedy.complaint_id)
    if await queue.find_open(turn.session, case.conversation_id) is None:
        # A button that stood in an earlier conversation: the case goes on where it is pressed.
        case.conversation_id = turn.conversation.id
    if outcome is Acceptance.DONE:
        return [await remedies.confirmation(turn, case, remedy)]
    if outcome is Acceptance.TAKEN_BEFORE:
        return [_stands(turn, case, remedy)]
    if outcome is Acceptance.GONE:
        here = await turn.case()
        gone = Reply(turn.render("offer_gone"))
        return [gone] if here is None else [gone, *await next_step(turn, here)]
    return await to_person(turn, HandoffReason(outcome))


async def chosen_in_words(turn: Turn, case: Complaint) -> int | None:
    """The alternative on the table that a message names, unless it asks or tells about it."""
    table = await offers.find_open(turn.session, case)
    if table is None or turn.facts or choice_matching.is_question(turn.text):
        return None
    place = choice_matching.find_choice(turn.text, [one.kind for one in table.alternatives])
    return None if place is None else table.alternatives[place].id


class Choose(TurnAction):
    """The customer chose an alternative, with a button or in words."""

    def name(self) -> str:
        """See the rules in ``data/rules/compensation.yml``."""
        return "action_choose"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Take what was chosen; ask again only when the words fit no alternative."""
        turn.understood()
        pressed = turn.entities.get("compensation")
        # Only a spent token says which remedy; words that look like a payload do not.
        if pressed is not None and turn.message.choice_token is not None:
            return await take(turn, int(pressed))
        case = await turn.case()
        if case is None:
            return await _nothing_to_choose(turn)
        table = await offers.find_open(turn.session, case)
        if table is not None and not turn.facts:
            chosen = choice_matching.find_choice(
                turn.text, [one.kind for one in table.alternatives]
            )
            if chosen is not None:
                return await take(turn, table.alternatives[chosen].id)
        if (
            wanted := choice_matching.find_desired_kind(turn.text)
        ) is not None and wanted != case.desired:
            await offers.record_wish(turn.session, case, wanted)
        return await next_step(turn, case)


class Affirm(TurnAction):
    """The customer said yes."""

    def name(self) -> str:
        """See the rules in ``data/rules/compensation.yml``."""
        return "action_affirm"

    async def respond(self, turn: Turn) -> list[Reply]:
        """A yes takes the only alternative, or the person that was offered."""
        turn.understood()
        case = await turn.case()
        if case is None:
            return await _nothing_to_choose(turn)
        table = await offers.find_open(turn.session, case)
        if table is not None:
            kinds = [one.kind for one in table.alternatives]
            chosen = 0 if len(kinds) == 1 else choice_matching.find_choice(turn.text, kinds)
            if chosen is not None:
                return await take(turn, table.alternatives[chosen].id)
        elif await related_cases.find_other_remedy(turn.session, case) is not None:
            return await to_person(turn, HandoffReason.ALREADY_REMEDIED)
        return await next_step(turn, case)


class Deny(TurnAction):
    """The customer said no."""

    def name(self) -> str:
        """See the rules in ``data/rules/compensation.yml``."""
        return "action_deny"

    async def respond(self, turn: Turn) -> list[Reply]:
        """A no to all alternatives brings a person; a no to more ends the case as it stands."""
        turn.understood()
        case = await turn.case()
        if case is None:
            return await _nothing_to_choose(turn)
        table = await offers.find_open(turn.session, case)
        if table is not None:
            # "No quiero un cupón, quiero mi dinero" is a choice.
            chosen = choice_matching.find_choice(
                turn.text, [one.kind for one in table.alternatives]
            )
            if chosen is not None and choice_matching.find_desired_kind(turn.text) is not None:
                return await take(turn, table.alternatives[chosen].id)
            await offers.decline(turn.session, case)
            return await to_person(turn, HandoffReason.ALL_DECLINED)
        if await related_cases.find_other_remedy(turn.session, case) is not None:
            complaints.close(turn.session, case, "customer")
            return [Reply(turn.render("closed", reference=case.reference))]
        return await next_step(turn, case)


async def _nothing_to_choose(turn: Turn) -> list[Reply]:
    """A yes, a no or a choice with no case open: say what stands, or ask what happened."""
    last = await complaints.latest(turn.session, turn.conversation)
    remedy = await compensations.find_given(turn.session, last) if last else None
    if last is None or remedy is None:
        return [Reply(turn.render("ask_what"))]
    return [_stands(turn, last, remedy)]


def _stands(turn: Turn, case: Complaint, remedy: Compensation) -> Reply:
    """What was chosen before, told again as it stands."""
    return Reply(
        turn.render("taken_before", title=remedies.title(turn, remedy), reference=case.reference)
    )
