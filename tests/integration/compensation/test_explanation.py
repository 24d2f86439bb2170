"""Explanations of recorded decisions: their facts, figures and reasons."""

from dataclasses import replace

import pytest

from bot.compensation import explanation
from bot.compensation.explanation import Explanation
from bot.models import DecisionRecord
from bot.money import Money
from tests.integration.harness import ANA, AppHarness, ConversationHarness

# Scenes of the dialogue over rows that other tests write and read on both databases.
pytestmark = pytest.mark.one_database

LATE = f"El pedido 10482 llegó tarde. {ANA}"


async def explain_decisions(chat: ConversationHarness) -> list[Explanation]:
    case = await chat.case()
    async with chat.app.db.read() as session:
        return await explanation.explain_case(session, case)


async def test_explanation_does_not_depend_on_todays_policy(
    chat: ConversationHarness,
) -> None:
    await chat.send("late_delivery", LATE)
    (before,) = await explain_decisions(chat)
    policy = chat.app.context.policy
    chat.app.use_policy(replace(policy, version="another", rules=policy.rules[:1]))
    (decision,) = await explain_decisions(chat)
    assert decision.facts == before.facts
    assert (decision.record.rule_id, decision.why[:16]) == ("late", "Demora corriente")
    assert decision.record.policy_version == policy.version
    assert (decision.facts.category, decision.facts.failures) == ("late_delivery", 0)
    assert decision.facts.value_at_risk is not None
    assert [alternative.kind for alternative in decision.alternatives] == [
        "voucher",
        "free_shipping",
    ]
    voucher = decision.alternatives[0]
    assert voucher.amount is not None
    assert voucher.cost is not None
    assert voucher.cost < voucher.amount
    assert voucher.weight is not None
    assert decision.first_because == "weight"
    assert decision.order_left is not None
    assert decision.order_left.major == 299_880
    assert decision.customer_left is not None
    assert decision.customer_left.major == 600_000


async def test_failures_are_counted_across_channels(
    app: AppHarness,
) -> None:
    for number in ("41001", "41002"):
        await app.import_order(number, "rosa@example.com")
    first, second = await app.chat(), await app.chat("en")
    await first.send("late_delivery", "El pedido 41001 llegó tarde. rosa@example.com")
    (first_decision,) = await explain_decisions(first)
    await second.send("late_delivery", "Order 41002 came late. rosa@example.com")
    (second_decision,) = await explain_decisions(second)
    assert (first_decision.facts.failures, second_decision.facts.failures) == (0, 1)
    assert first_decision.raised_percent == 0
    assert second_decision.raised_percent == 50
    amounts = [decision.alternatives[0].amount for decision in (first_decision, second_decision)]
    assert amounts[0] is not None
    assert amounts[1] is not None
    assert amounts[1].major == amounts[0].major * 3 / 2


async def test_old_failures_and_other_customers_failures_do_not_count(
    app: AppHarness,
) -> None:
    for number, email in (("41001", "rosa@example.com"), ("41002", "rosa@example.com")):
        await app.import_order(number, email)
    await app.import_order("41003", "luis@example.com")
    first = await app.chat()
    await first.send("late_delivery", "El pedido 41001 llegó tarde. rosa@example.com")
    app.clock.advance(days=366)
    for number, email in (("41002", "rosa@example.com"), ("41003", "luis@example.com")):
        chat = await app.chat()
        await chat.send("late_delivery", f"El pedido {number} llegó tarde. {email}")
        (decision,) = await explain_decisions(chat)
        assert decision.facts.failures == 0


async def test_human_reason_is_explained_with_its_rule(
    chat: ConversationHarness,
) -> None:
    await chat.app.import_order("41001", "rosa@example.com", total="2900000")
    await chat.send("not_delivered", "No llegó el pedido 41001. rosa@example.com")
    (decision,) = await explain_decisions(chat)
    assert (decision.record.outcome, decision.record.reason) == ("person", "rule_says_person")
    assert decision.why.startswith("Pedido de mucho valor")
    assert decision.alternatives == ()
    assert decision.first_because is None


async def test_alternatives_left_out_by_limits_are_explained(app: AppHarness) -> None:
    limits = app.context.policy.limits
    small_amount = Money(1_000_00, "COP")
    per_customer = limits.per_customer.model_copy(update={"max_total": small_amount})
    limits = limits.model_copy(update={"per_customer": per_customer})
    app.use_policy(replace(app.context.policy, limits=limits))
    chat = await app.chat()
    await chat.send("late_delivery", LATE)
    (decision,) = await explain_decisions(chat)
    assert decision.left_out == (("voucher", "customer_limit"),)
    assert [alternative.kind for alternative in decision.alternatives] == ["free_shipping"]


async def test_legal_right_is_shown_in_its_words_and_passes_truth_gate(
    app: AppHarness,
) -> None:
    policy = app.context.policy
    rules = tuple(
        rule.model_copy(
            update={"entitlement": rule.entitlement.model_copy(update={"right": "warranty"})}
        )
        if rule.id == "damaged" and rule.entitlement
        else rule
        for rule in policy.rules
    )
    app.use_policy(replace(policy, rules=rules))
    chat = await app.chat()
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    assert "La garantía legal cubre este producto sin costo" in chat.all_text
    assert "(Ley 1480 de 2011, artículo 11)" in chat.all_text
    assert chat.choices


async def test_record_without_trace_is_explained(
    chat: ConversationHarness,
) -> None:
    await chat.send("late_delivery", LATE)
    async with chat.app.db.write() as session:
        (row,) = await chat.app.rows(DecisionRecord)
        (await session.get_one(DecisionRecord, row.id)).working = {}
    (decision,) = await explain_decisions(chat)
    assert (decision.why, decision.left_out) == ("", ())
    assert decision.raised_percent == 0
