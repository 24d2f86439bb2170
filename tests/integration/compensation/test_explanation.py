"""An offer that nobody could explain afterwards, or only by what the policy says today."""

from dataclasses import replace

from bot.compensation import explanation
from bot.compensation.explanation import Explanation
from bot.models import DecisionRecord
from bot.money import Money
from tests.integration.harness import ANA, AppHarness, ConversationHarness

LATE = f"El pedido 10482 llegó tarde. {ANA}"


async def decisions(chat: ConversationHarness) -> list[Explanation]:
    case = await chat.case()
    async with chat.app.db.read() as session:
        return await explanation.of_case(session, case)


async def test_an_offer_is_explained_by_what_was_known_when_it_was_made(
    chat: ConversationHarness,
) -> None:
    await chat.send("late_delivery", LATE)
    (before,) = await decisions(chat)
    policy = chat.app.context.policy
    chat.app.use_policy(replace(policy, version="another", rules=policy.rules[:1]))
    (one,) = await decisions(chat)
    assert one.facts == before.facts
    assert (one.made.rule_id, one.why[:16]) == ("late", "Demora corriente")
    assert one.made.policy_version == policy.version
    assert (one.facts.category, one.facts.failures) == ("late_delivery", 0)
    assert one.facts.value_at_risk is not None
    assert [part.kind for part in one.alternatives] == ["voucher", "free_shipping"]
    voucher = one.alternatives[0]
    assert voucher.amount is not None
    assert voucher.cost is not None
    assert voucher.cost < voucher.amount
    assert voucher.weight is not None
    assert one.first_because == "weight"
    assert one.order_left is not None
    assert one.order_left.major == 299_880
    assert one.customer_left is not None
    assert one.customer_left.major == 600_000


async def test_the_second_failure_of_a_person_is_seen_on_another_channel(
    app: AppHarness,
) -> None:
    for number in ("41001", "41002"):
        await app.import_order(number, "rosa@example.com")
    first, second = await app.chat(), await app.chat("en")
    await first.send("late_delivery", "El pedido 41001 llegó tarde. rosa@example.com")
    (once,) = await decisions(first)
    await second.send("late_delivery", "Order 41002 came late. rosa@example.com")
    (again,) = await decisions(second)
    assert (once.facts.failures, again.facts.failures) == (0, 1)
    assert once.raised_percent == 0
    assert again.raised_percent == 50
    amounts = [one.alternatives[0].amount for one in (once, again)]
    assert amounts[0] is not None
    assert amounts[1] is not None
    assert amounts[1].major == amounts[0].major * 3 / 2


async def test_a_failure_of_long_ago_or_of_somebody_else_does_not_count(
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
        (one,) = await decisions(chat)
        assert one.facts.failures == 0


async def test_why_a_person_decides_is_kept_with_the_rule_that_said_so(
    chat: ConversationHarness,
) -> None:
    await chat.app.import_order("41001", "rosa@example.com", total="2900000")
    await chat.send("not_delivered", "No llegó el pedido 41001. rosa@example.com")
    (one,) = await decisions(chat)
    assert (one.made.outcome, one.made.reason) == ("person", "rule_says_person")
    assert one.why.startswith("Pedido de mucho valor")
    assert one.alternatives == ()
    assert one.first_because is None


async def test_what_the_limits_left_out_is_told(app: AppHarness) -> None:
    limits = app.context.policy.limits
    little = Money(1_000_00, "COP")
    per_customer = limits.per_customer.model_copy(update={"max_total": little})
    limits = limits.model_copy(update={"per_customer": per_customer})
    app.use_policy(replace(app.context.policy, limits=limits))
    chat = await app.chat()
    await chat.send("late_delivery", LATE)
    (one,) = await decisions(chat)
    assert one.left_out == (("voucher", "customer_limit"),)
    assert [part.kind for part in one.alternatives] == ["free_shipping"]


async def test_a_right_of_the_law_is_told_in_its_words_and_passes_the_truth_gate(
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


async def test_a_row_from_before_the_working_was_kept_is_still_explained(
    chat: ConversationHarness,
) -> None:
    await chat.send("late_delivery", LATE)
    async with chat.app.db.write() as session:
        (row,) = await chat.app.rows(DecisionRecord)
        (await session.get_one(DecisionRecord, row.id)).working = {}
    (one,) = await decisions(chat)
    assert (one.why, one.left_out) == ("", ())
    assert one.raised_percent == 0
