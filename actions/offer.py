"""The offer for a case: the alternatives that the policy allows, or a human."""

from dataclasses import replace

from actions import remedy_replies
from actions.to_human import to_human
from actions.turn import Turn
from bot.compensation import case_facts, offers
from bot.compensation.decision_log import record
from bot.customers import orders
from bot.handoffs import queue
from bot.models import Complaint, HandoffReason
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts, Decision
from bot.risk import evidence
from bot.simulation import shadow
from bot.text.reply import Reply, ReplyButton, payload
from bot.understanding.emotion import Emotion

# Emotions with which a customer who buys much is passed to a human.
STRONG_EMOTIONS = {Emotion.ANGRY, Emotion.DESPERATE}


async def make_offer(turn: Turn, case: Complaint) -> list[Reply]:
    """Return the open offer, a new one by the policy, a request for a photo, or a handoff."""
    offer = await offers.find_open(turn.session, case)
    if offer is None and await _is_much_at_stake(turn, case):
        return await to_human(turn, HandoffReason.ANGER)
    facts = await case_facts.collect(turn.session, turn.context, case, turn.conversation)
    if facts.signals:
        signals = await evidence.find_signals(turn.session, turn.context, case)
        await evidence.record_flags(turn.session, case, signals)
    decision = decide(turn.context.policy, facts)
    if offer is not None and (decision.rule_id == offer.offer.rule_id or not turn.has_photos):
        return [remedy_replies.show_offer(turn, offer, again=True)]
    if decision.outcome == "offer":
        offer = await offers.make(turn.session, case, decision)
        await _record(turn, case, facts, decision, offer.offer.id)
        return [remedy_replies.show_offer(turn, offer, again=False)]
    with_photo = decide(turn.context.policy, replace(facts, has_photo=True))
    if with_photo.outcome == "offer" and turn.increment("ask_photo") == 1:
        no_photo = ReplyButton(turn.render("no_photo"), payload("inform"))
        return [Reply(turn.render("ask_photo"), (no_photo,))]
    await _record(turn, case, facts, decision, None)
    return await to_human(turn, HandoffReason(decision.reason or "no_rule"))


async def _record(
    turn: Turn, case: Complaint, facts: CaseFacts, decision: Decision, offer_id: int | None
) -> None:
    conversation = turn.conversation
    await record(turn.session, case, conversation, facts, decision, offer_id=offer_id)
    await shadow.record_decision(turn.session, turn.context.shadow, case, conversation, facts)


async def _is_much_at_stake(turn: Turn, case: Complaint) -> bool:
    """Return True, once for a case, if a customer who buys much is angry or desperate."""
    least = turn.context.company.people.at_stake
    if least is None or case.contact_id is None or case.emotion not in STRONG_EMOTIONS:
        return False
    currency = turn.context.company.currency
    total = await orders.total_last_year(turn.session, case.contact_id, currency)
    return total.major >= least and not await queue.was_handed_off_for(
        turn.session, case, HandoffReason.ANGER
    )
