"""What comes next in a case: the one fact still missing, the alternatives, or a person.

Everything is decided from the database, anew at each turn, so the customer may give the facts in
any order, come back after days, or change their mind: what is known is never asked for again.
"""

from dataclasses import replace

from actions import remedies
from actions.turn import Turn
from bot.casefile import build
from bot.cases import related_cases
from bot.category import CATEGORIES, OrderNeed
from bot.compensation import case_facts, offers
from bot.compensation.decision_log import record
from bot.customers import orders, verification
from bot.customers.verification import MatchResult
from bot.handoffs import queue, wait_estimate
from bot.handoffs.return_button import return_buttons
from bot.models import (
    Compensation,
    CompensationState,
    Complaint,
    HandoffReason,
    Order,
    SummaryState,
)
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts, Decision
from bot.risk import evidence
from bot.simulation import shadow
from bot.text.reply import Reply, ReplyButton, payload
from bot.understanding.emotion import Emotion
from bot.understanding.second_complaint import find_second_category

# How often one fact is asked for before a person takes over.
MOST_ASKED = 3
# So strong a feeling, from somebody who buys much, goes to a person.
STRONG = {Emotion.ANGRY, Emotion.DESPERATE}
# These have an apology of their own.
APOLOGIZED_FOR = {HandoffReason.DANGER, HandoffReason.THREAT, HandoffReason.PRESS}
# Nobody is told that somebody looks at their case more closely: they hear what others hear.
HEARD_AS = {HandoffReason.TO_CHECK: HandoffReason.RULE_SAYS_PERSON}


async def next_step(turn: Turn, case: Complaint) -> list[Reply]:
    """Say what comes next for ``case``: at most one question."""
    if not case.is_told:
        return [Reply(turn.render("ask_what"))]
    if case.contact_id is None and turn.conversation.contact_id is not None:
        # Who it is was learned on the way: limits count for the person from here on.
        case.contact_id = turn.conversation.contact_id
        await offers.withdraw(turn.session, case)
    said = await _find_order(turn, case)
    if said is not None:
        return said
    opening = ""
    earlier = await _begun_elsewhere(turn, case)
    if earlier is not None:
        case = related_cases.merge(turn.session, earlier, case)
        opening = turn.render("same_case", reference=case.reference)
    given = await related_cases.find_other_remedy(turn.session, case)
    if given is not None:
        return join(opening, [await _already_remedied(turn, given)])
    return join(opening, await _offer(turn, case))


async def _find_order(turn: Turn, case: Complaint) -> list[Reply] | None:
    """MatchResult the case to an order where it needs one; else what must be asked or done."""
    need = CATEGORIES[case.category].order
    if case.order_id is not None and not turn.facts.orders:
        return None
    if need is OrderNeed.NONE and not turn.conversation.said_order:
        return None
    if (
        need is OrderNeed.NONE
        and not turn.facts.orders
        and await related_cases.has_earlier_case(turn.session, case)
    ):
        # The order that was told before belongs to the case before.
        return None
    matched, found = await verification.match_order(turn.session, turn.conversation)
    if matched is MatchResult.PROVEN and found is not None:
        if case.order_id != found.id:
            await offers.withdraw(turn.session, case)
            case.order_id, case.contact_id = found.id, found.contact_id
        return None
    if need is OrderNeed.NONE:
        return None
    return await _ask(turn, matched, need)


async def _ask(turn: Turn, matched: MatchResult, need: OrderNeed) -> list[Reply] | None:
    """The one question that helps to find the purchase; None where the case goes on without."""
    if matched is MatchResult.TOO_MANY_TRIES:
        return await to_person(turn, HandoffReason.IDENTITY_UNPROVEN)
    if matched is MatchResult.NEEDS_ORDER:
        return await _ask_order(turn, need)
    if matched is MatchResult.MISMATCH:
        if turn.count("ask_contact_again") >= MOST_ASKED:
            return await to_person(turn, HandoffReason.IDENTITY_UNPROVEN)
        return [Reply(turn.render("ask_contact_again"))]
    if turn.count("ask_contact") > MOST_ASKED:
        return await to_person(turn, HandoffReason.IDENTITY_UNPROVEN)
    return [Reply(turn.render("ask_contact"))]


async def _ask_order(turn: Turn, need: OrderNeed) -> list[Reply] | None:
    """Which order it is about: picked from the customer's own, typed, or looked up by a person."""
    if turn.conversation.contact_id is not None and not turn.counted("other_order"):
        recent = await orders.find_recent(turn.session, turn.conversation.contact_id)
        if recent and turn.count("pick_order") > MOST_ASKED:
            return await to_person(turn, HandoffReason.ORDER_NOT_FOUND)
        if recent:
            return [_pick(turn, recent)]
    if need is OrderNeed.USEFUL:
        return None if turn.count("ask_order") > 1 else [Reply(turn.render("ask_order_useful"))]
    known = turn.conversation.said_email or turn.conversation.said_phone
    if turn.counted("help_find_order") and known:
        # As was said with the help: a person looks it up by this.
        return await to_person(turn, HandoffReason.ORDER_NOT_FOUND)
    if turn.count("ask_order") > MOST_ASKED:
        return await to_person(turn, HandoffReason.ORDER_NOT_FOUND)
    return [Reply(turn.render("ask_order"))]


def _pick(turn: Turn, recent: list[Order]) -> Reply:
    buttons = [
        ReplyButton(
            title=one.number,
            detail="; ".join(one.items),
            payload=payload("pick_order", order=one.number),
        )
        for one in recent
    ]
    buttons.append(ReplyButton(turn.render("other_order"), payload("pick_order", order="")))
    return Reply(turn.render("pick_order"), tuple(buttons))


async def _begun_elsewhere(turn: Turn, case: Complaint) -> Complaint | None:
    """One order, one open case: that of another conversation, unless a person has it."""
    if case.order_id is None:
        return None
    earlier = await related_cases.find_duplicate(turn.session, case)
    if earlier is None or await queue.find_open(turn.session, earlier.conversation_id):
        return None
    return earlier


async def _already_remedied(turn: Turn, given: Compensation) -> Reply:
    earlier = await turn.session.get_one(Complaint, given.complaint_id)
    return Reply(
        turn.render(
            "order_remedied" if given.state == CompensationState.ISSUED else "order_promised",
            title=remedies.title(turn, given),
            reference=earlier.reference,
        ),
        (
            ReplyButton(turn.render("with_a_person"), payload("wants_human")),
            ReplyButton(turn.render("no_thanks"), payload("deny")),
        ),
    )


async def _offer(turn: Turn, case: Complaint) -> list[Reply]:
    """The alternatives: those on the table, or what the policy allows now."""
    table = await offers.find_open(turn.session, case)
    if table is None and await _much_at_stake(turn, case):
        return await to_person(turn, HandoffReason.ANGER)
    facts = await case_facts.collect(turn.session, turn.context, case, turn.conversation)
    if facts.signals:
        await evidence.record_flags(
            turn.session, case, await evidence.find_signals(turn.session, turn.context, case)
        )
    decision = decide(turn.context.policy, facts)
    if table is not None and (decision.rule_id == table.offer.rule_id or not turn.photos):
        return [remedies.table(turn, table, again=True)]
    if decision.outcome == "offer":
        table = await offers.make(turn.session, case, decision)
        await _record(turn, case, facts, decision, table.offer.id)
        return [remedies.table(turn, table, again=False)]
    with_photo = decide(turn.context.policy, replace(facts, has_photo=True))
    if with_photo.outcome == "offer" and turn.count("ask_photo") == 1:
        return [
            Reply(
                turn.render("ask_photo"), (ReplyButton(turn.render("no_photo"), payload("inform")),)
            )
        ]
    await _record(turn, case, facts, decision, None)
    return await to_person(turn, HandoffReason(decision.reason or "no_rule"))


async def _record(
    turn: Turn, case: Complaint, facts: CaseFacts, decision: Decision, offer_id: int | None
) -> None:
    conversation, beside = turn.conversation, turn.context.shadow
    await record(turn.session, case, conversation, facts, decision, offer_id=offer_id)
    await shadow.record_decision(turn.session, beside, case, conversation, facts)


async def _much_at_stake(turn: Turn, case: Complaint) -> bool:
    """Whether a very good customer is very angry: a person sees to that, once."""
    least = turn.context.company.people.at_stake
    if least is None or case.contact_id is None or case.emotion not in STRONG:
        return False
    spent = await orders.total_last_year(
        turn.session, case.contact_id, turn.context.company.currency
    )
    return spent.major >= least and not await queue.was_handed_off_for(
        turn.session, case, HandoffReason.ANGER
    )


async def to_person(turn: Turn, reason: HandoffReason) -> list[Reply]:
    """Put the case into the human queue, and say honestly why, and how the wait looks.

    What is passed on is shown, too: the customer corrects it while they wait.
    """
    wait = await queue.hand_off(
        turn.session,
        turn.context,
        turn.conversation,
        turn.message,
        reason,
        category=find_second_category(turn.text, turn.intent, turn.ranking),
    )
    case, responses, language = wait.complaint, turn.context.responses, turn.conversation.language
    parts = []
    if not case.is_told and case.apologized_at is None and reason not in APOLOGIZED_FOR:
        parts.append(turn.render("apology_person"))
    why = f"person_because_{HEARD_AS.get(reason, reason)}"
    if responses.has(why):
        parts.append(turn.render(why))
    parts.append(
        wait_estimate.describe(
            responses, language, wait.handoff, wait.estimate, wait.promise.due_at
        )
    )
    # Where the apology of this same turn has just named the case, once is enough.
    if not (case.is_told and case.first_message_id == turn.message.id):
        parts.append(turn.render("your_case", reference=case.reference))
    if not case.is_told and reason == HandoffReason.WANTS_HUMAN:
        parts.append(turn.render("tell_meanwhile"))
    back = return_buttons(responses, language, wait.handoff)
    summary = await build.summary_for_customer(turn.session, turn.context, case, wait.handoff)
    if summary is None or wait.handoff.summary_state is not None:
        return [Reply(" ".join(parts), back)]
    wait.handoff.summary_state = SummaryState.SHOWN
    buttons = (
        ReplyButton(turn.render("summary_right"), payload("summary_right")),
        ReplyButton(turn.render("summary_wrong"), payload("summary_wrong")),
        *back,
    )
    return [Reply(" ".join(parts)), Reply(turn.render("summary", summary=summary), buttons)]


def join(opening: str, replies: list[Reply]) -> list[Reply]:
    """An opening, such as the apology, and what is said after it: each a message of its own."""
    return [Reply(opening), *replies] if opening else replies
