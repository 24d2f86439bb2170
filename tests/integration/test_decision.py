"""Every decision of the assistant is kept with its facts, and none twice."""

from collections.abc import Callable

from bot.compensation.decision_log import facts_from_json
from bot.conversation.agents import agent_actions
from bot.models import DecisionMade, Offer
from bot.money import Money
from bot.policy.decide import decide
from tests.integration.stage import ANA, Stage, Theatre

DAMAGED = f"Compré una licuadora, pedido 10482, y llegó quebrada. {ANA}"


async def test_an_offer_is_kept_with_what_it_was_decided_by(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    (made,) = await stage.theatre.all(DecisionMade)
    (offer,) = await stage.theatre.all(Offer)
    assert (made.mode, made.outcome, made.offer_id) == ("live", "offer", offer.id)
    assert (made.rule_id, made.reasons) == (offer.rule_id, offer.reasons)
    assert (made.channel, made.language) == ("web", "es")
    assert [one["kind"] for one in made.alternatives] == ["refund", "replacement", "store_credit"]
    facts = facts_from_json(made.facts)
    assert (facts.category, facts.order_value) == ("damaged", Money(24_990_000, "COP"))
    again = decide(stage.theatre.desk.policy, facts)
    assert [dict(one.as_dict()) for one in again.alternatives] == made.alternatives


async def test_a_person_is_kept_with_the_reason(
    theatre: Theatre, with_policy: Callable[..., None]
) -> None:
    stage = await theatre.stage()
    limits = theatre.desk.policy.limits
    customer = limits.per_customer.model_copy(update={"max_remedies": 1})
    with_policy(per_customer=customer)
    await stage.customer("damaged", DAMAGED)
    await stage.press(1)
    await theatre.order("90001", ANA)
    other = await theatre.stage()
    await other.customer("damaged", f"El pedido 90001 llegó roto. {ANA}")
    made = (await theatre.all(DecisionMade))[-1]
    assert (made.outcome, made.reason, made.offer_id) == ("person", "customer_limit", None)
    assert facts_from_json(made.facts).usage.customer_count == 1


async def test_the_same_offer_shown_again_is_not_kept_again(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.customer("affirm", "sí, claro")
    await stage.customer("inform", "mi pedido es el 10482")
    assert await stage.theatre.count(DecisionMade) == 1


async def test_the_same_decision_for_a_person_is_kept_once(stage: Stage) -> None:
    said = "El televisor del pedido 10486 llegó roto. oscar.quinones@example.com"
    await stage.customer("damaged", said)
    assert stage.told("ask_photo")
    assert not await stage.theatre.count(DecisionMade)
    await stage.customer("inform", "no tengo foto")
    assert [one.outcome for one in await stage.theatre.all(DecisionMade)] == ["person"]
    laura = await stage.theatre.person()
    await stage.claimed_by(laura)
    await stage.does(agent_actions.give_back, laura)
    await stage.customer("inform", "¿y entonces?")
    assert [one.outcome for one in await stage.theatre.all(DecisionMade)] == ["person"]
    assert len(await stage.handoffs()) == 2
