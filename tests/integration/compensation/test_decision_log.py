"""The decision log: each decision of the assistant once, with its facts."""

from collections.abc import Callable

from bot.compensation.decision_log import facts_from_json
from bot.conversation.agents import agent_actions
from bot.models import DecisionMode, DecisionRecord, Offer
from bot.money import Money
from bot.policy.decide import decide
from tests.integration.harness import ANA, AppHarness, ConversationHarness

DAMAGED = f"Compré una licuadora, pedido 10482, y llegó quebrada. {ANA}"


async def test_offer_is_recorded_with_facts_that_reproduce_it(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    (row,) = await chat.app.rows(DecisionRecord)
    (offer,) = await chat.app.rows(Offer)
    assert (row.mode, row.outcome, row.offer_id) == (DecisionMode.LIVE, "offer", offer.id)
    assert (row.rule_id, row.reasons) == (offer.rule_id, offer.reasons)
    assert (row.channel, row.language) == ("web", "es")
    assert [alternative["kind"] for alternative in row.alternatives] == [
        "refund",
        "replacement",
        "store_credit",
    ]
    facts = facts_from_json(row.facts)
    assert (facts.category, facts.order_value) == ("damaged", Money(24_990_000, "COP"))
    decision = decide(chat.app.context.policy, facts)
    assert [
        dict(alternative.as_dict()) for alternative in decision.alternatives
    ] == row.alternatives


async def test_decision_for_human_is_recorded_with_reason(
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
    row = (await app.rows(DecisionRecord))[-1]
    assert (row.outcome, row.reason, row.offer_id) == ("person", "customer_limit", None)
    assert facts_from_json(row.facts).usage.customer_count == 1


async def test_offer_shown_again_is_not_recorded_again(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("affirm", "sí, claro")
    await chat.send("inform", "mi pedido es el 10482")
    assert await chat.app.count(DecisionRecord) == 1


async def test_same_decision_for_human_is_recorded_once(chat: ConversationHarness) -> None:
    complaint = "El televisor del pedido 10486 llegó roto. oscar.quinones@example.com"
    await chat.send("damaged", complaint)
    assert chat.answered_with("ask_photo")
    assert not await chat.app.count(DecisionRecord)
    await chat.send("inform", "no tengo foto")
    assert [row.outcome for row in await chat.app.rows(DecisionRecord)] == ["person"]
    laura = await chat.app.agent()
    await chat.assign_to(laura)
    await chat.perform(agent_actions.return_to_bot, laura)
    await chat.send("inform", "¿y entonces?")
    assert [row.outcome for row in await chat.app.rows(DecisionRecord)] == ["person"]
    assert len(await chat.handoffs()) == 2
