"""Every decision of the assistant is kept with its facts, and none twice."""

from collections.abc import Callable

from bot.compensation.decision_log import facts_from_json
from bot.conversation.agents import agent_actions
from bot.models import DecisionMode, DecisionRecord, Offer
from bot.money import Money
from bot.policy.decide import decide
from tests.integration.harness import ANA, AppHarness, ConversationHarness

DAMAGED = f"Compré una licuadora, pedido 10482, y llegó quebrada. {ANA}"


async def test_an_offer_is_kept_with_what_it_was_decided_by(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    (made,) = await chat.app.rows(DecisionRecord)
    (offer,) = await chat.app.rows(Offer)
    assert (made.mode, made.outcome, made.offer_id) == (DecisionMode.LIVE, "offer", offer.id)
    assert (made.rule_id, made.reasons) == (offer.rule_id, offer.reasons)
    assert (made.channel, made.language) == ("web", "es")
    assert [one["kind"] for one in made.alternatives] == ["refund", "replacement", "store_credit"]
    facts = facts_from_json(made.facts)
    assert (facts.category, facts.order_value) == ("damaged", Money(24_990_000, "COP"))
    again = decide(chat.app.context.policy, facts)
    assert [dict(one.as_dict()) for one in again.alternatives] == made.alternatives


async def test_a_person_is_kept_with_the_reason(
    app: AppHarness, with_policy: Callable[..., None]
) -> None:
    chat = await app.chat()
    limits = app.context.policy.limits
    customer = limits.per_customer.model_copy(update={"max_remedies": 1})
    with_policy(per_customer=customer)
    await chat.send("damaged", DAMAGED)
    await chat.press(1)
    await app.import_order("90001", ANA)
    other = await app.chat()
    await other.send("damaged", f"El pedido 90001 llegó roto. {ANA}")
    made = (await app.rows(DecisionRecord))[-1]
    assert (made.outcome, made.reason, made.offer_id) == ("person", "customer_limit", None)
    assert facts_from_json(made.facts).usage.customer_count == 1


async def test_the_same_offer_shown_again_is_not_kept_again(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("affirm", "sí, claro")
    await chat.send("inform", "mi pedido es el 10482")
    assert await chat.app.count(DecisionRecord) == 1


async def test_the_same_decision_for_a_person_is_kept_once(chat: ConversationHarness) -> None:
    said = "El televisor del pedido 10486 llegó roto. oscar.quinones@example.com"
    await chat.send("damaged", said)
    assert chat.answered_with("ask_photo")
    assert not await chat.app.count(DecisionRecord)
    await chat.send("inform", "no tengo foto")
    assert [one.outcome for one in await chat.app.rows(DecisionRecord)] == ["person"]
    laura = await chat.app.agent()
    await chat.assign_to(laura)
    await chat.perform(agent_actions.give_back, laura)
    await chat.send("inform", "¿y entonces?")
    assert [one.outcome for one in await chat.app.rows(DecisionRecord)] == ["person"]
    assert len(await chat.handoffs()) == 2
