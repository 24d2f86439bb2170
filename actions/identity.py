"""The facts that tell whose purchase it is: given, missing, or picked from the known orders."""

from actions.go_on import go_on
from actions.next_step import next_step, to_person
from actions.turn import Turn, TurnAction
from bot.category import CATEGORIES, OrderNeed
from bot.models import HandoffReason
from bot.text.reply import Reply


class NoteFacts(TurnAction):
    """Notes what the customer tells, and goes on from there."""

    def name(self) -> str:
        """See the rules in ``data/rules/identity.yml``."""
        return "action_note_facts"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Go on with the case; without one, ask what happened (the facts are kept)."""
        turn.understood()
        return await go_on(turn, turn.render("photo_received") if turn.photos else "")


class HelpFindOrder(TurnAction):
    """Helps a customer who has no order number, or does not know which e-mail it was."""

    def name(self) -> str:
        """See the rules in ``data/rules/identity.yml``."""
        return "action_help_find_order"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Say where to find what is missing; if that does not help, a person looks it up."""
        turn.understood()
        case = await turn.case()
        if case is None:
            return await go_on(turn)
        if case.order_id is not None or turn.facts.orders:
            return await next_step(turn, case)
        if CATEGORIES[case.category].order is not OrderNeed.NEEDED:
            turn.count("ask_order")
            return await next_step(turn, case)
        if turn.conversation.said_order is not None:
            if turn.count("help_find_contact") > 1:
                return await to_person(turn, HandoffReason.IDENTITY_UNPROVEN)
            return [Reply(turn.render("help_find_contact"))]
        known = turn.conversation.said_email or turn.conversation.said_phone
        if known or turn.count("help_find_order") > 1:
            return await to_person(turn, HandoffReason.ORDER_NOT_FOUND)
        where = turn.context.company.order_number.where[turn.conversation.language]
        return [Reply(turn.render("help_find_order", where=where))]


class PickOrder(TurnAction):
    """The customer picked one of their orders."""

    def name(self) -> str:
        """See the rules in ``data/rules/identity.yml``."""
        return "action_pick_order"

    async def respond(self, turn: Turn) -> list[Reply]:
        """Go on with that order, or ask for the number of another."""
        number = str(turn.entities.get("order") or "")
        if number and turn.message.choice_token is not None:
            turn.conversation.said_order = number
        else:
            turn.count("other_order")
        return await go_on(turn)
