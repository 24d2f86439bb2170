"""The facts by which an order is found: given, missing, or picked from the known orders."""

from actions.continue_case import continue_case
from actions.next_step import next_step
from actions.to_human import to_human
from actions.turn import Turn, TurnAction
from bot.category import CATEGORIES, OrderNeed
from bot.models import HandoffReason
from bot.text.reply import Reply


class NoteFacts(TurnAction):
    """The customer gives facts, such as an order number."""

    def name(self) -> str:
        """See the rules in ``data/rules/identity.yml``."""
        return "action_note_facts"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Go on with the case; without one, ask what happened. The facts are stored already."""
        turn.mark_understood()
        return await continue_case(turn, turn.render("photo_received") if turn.has_photos else "")


class HelpFindOrder(TurnAction):
    """The customer does not have the order number, or does not know the e-mail on the order."""

    def name(self) -> str:
        """See the rules in ``data/rules/identity.yml``."""
        return "action_help_find_order"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Say where to find what is missing; if that does not help, bring a human."""
        turn.mark_understood()
        case = await turn.open_case()
        if case is None:
            return await continue_case(turn)
        if case.order_id is not None or turn.facts.orders:
            return await next_step(turn, case)
        if CATEGORIES[case.category].order is not OrderNeed.NEEDED:
            turn.increment("ask_order")
            return await next_step(turn, case)
        if turn.conversation.said_order is not None:
            if turn.increment("help_find_contact") > 1:
                return await to_human(turn, HandoffReason.IDENTITY_UNPROVEN)
            return [Reply(turn.render("help_find_contact"))]
        known_contact = turn.conversation.said_email or turn.conversation.said_phone
        if known_contact or turn.increment("help_find_order") > 1:
            return await to_human(turn, HandoffReason.ORDER_NOT_FOUND)
        where = turn.context.company.order_number.where[turn.conversation.language]
        return [Reply(turn.render("help_find_order", where=where))]


class PickOrder(TurnAction):
    """The customer picks one of their orders."""

    def name(self) -> str:
        """See the rules in ``data/rules/identity.yml``."""
        return "action_pick_order"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Go on with that order, or ask for the number of another one."""
        number = str(turn.entities.get("order") or "")
        if number and turn.message.choice_token is not None:
            turn.conversation.said_order = number
        else:
            turn.increment("other_order")
        return await continue_case(turn)
