"""What counts against the limits of a household, a category, a kind, an order and a budget."""

from typing import Any

import pytest
from sqlalchemy import update

from bot.compensation import expiry
from bot.models import Contact, Order
from bot.money import Money
from bot.policy.limits import Cap, ScopedCap
from tests.integration.harness import AppHarness, ConversationHarness


def scoped(scope: str, **what: Any) -> ScopedCap:
    return ScopedCap.model_validate({"period_days": 30, "for": scope, **what})


async def complain_of_delay(app: AppHarness, number: str, email: str) -> ConversationHarness:
    await app.import_order(number, email)
    chat = await app.chat()
    await chat.send("late_delivery", f"El pedido {number} llegó tarde, {email}")
    return chat


async def handoff_reasons(chat: ConversationHarness) -> list[str]:
    return [handoff.reason for handoff in await chat.handoffs()]


@pytest.mark.parametrize("shared", ["phone", "address"])
async def test_contacts_of_one_household_share_its_limit(
    app: AppHarness, with_policy: Any, shared: str
) -> None:
    with_policy(per_household=Cap(max_remedies=1, period_days=30))
    for number, email in (("30001", "rosa@example.com"), ("30002", "luis@example.com")):
        await app.import_order(number, email)
    async with app.db.write() as session:
        both_orders = Order.number.in_(("30001", "30002"))
        if shared == "address":
            await session.execute(update(Order).where(both_orders).values(address_key="one home"))
        else:
            emails = ("rosa@example.com", "luis@example.com")
            same = update(Contact).where(Contact.email.in_(emails)).values(phone="+573001112233")
            await session.execute(same)
    first, second = await app.chat(), await app.chat()
    await first.send("late_delivery", "El pedido 30001 llegó tarde, rosa@example.com")
    await second.send("late_delivery", "El pedido 30002 llegó tarde, luis@example.com")
    await first.press("Bono de compra")
    await second.press("Bono de compra")  # on the table since before
    assert await handoff_reasons(second) == ["limit_passed"]
    stranger = await complain_of_delay(app, "30003", "otra@example.com")
    await stranger.press("Bono de compra")
    assert await stranger.accepted_remedies()
    third = await app.chat()
    await third.send("late_delivery", "El pedido 30002 llegó tarde, luis@example.com")
    assert not await third.accepted_remedies()
    app.clock.advance(days=31)
    much_later = await complain_of_delay(app, "30004", "luis@example.com")
    await much_later.press("Bono de compra")
    assert await much_later.accepted_remedies()


async def test_household_at_its_limit_is_handed_to_an_agent(
    app: AppHarness, with_policy: Any
) -> None:
    with_policy(per_household=Cap(max_remedies=1, period_days=30))
    first = await complain_of_delay(app, "30001", "rosa@example.com")
    await first.press("Bono de compra")
    second = await complain_of_delay(app, "30002", "rosa@example.com")
    assert second.answered_with("person_because_household_limit")
    assert await handoff_reasons(second) == ["household_limit"]


@pytest.mark.parametrize(("scope", "stops"), [("customer", False), ("everybody", True)])
async def test_category_limit_counts_one_customer_or_everybody(
    app: AppHarness, with_policy: Any, scope: str, *, stops: bool
) -> None:
    with_policy(per_category={"late_delivery": scoped(scope, max_remedies=1)})
    first = await complain_of_delay(app, "30001", "rosa@example.com")
    await first.press("Bono de compra")
    same = await complain_of_delay(app, "30002", "rosa@example.com")
    assert await handoff_reasons(same) == ["category_limit"]
    other = await complain_of_delay(app, "30003", "otra@example.com")
    assert await handoff_reasons(other) == (["category_limit"] if stops else [])
    damaged = await app.chat()
    await app.import_order("30004", "rosa@example.com")
    await damaged.send("damaged", "El pedido 30004 llegó roto, rosa@example.com")
    assert not await handoff_reasons(damaged)


async def test_kind_at_its_limit_is_not_offered(app: AppHarness, with_policy: Any) -> None:
    with_policy(per_kind={"voucher": scoped("customer", max_remedies=1)})
    first = await complain_of_delay(app, "30001", "rosa@example.com")
    waiting = await complain_of_delay(app, "30002", "rosa@example.com")
    await first.press("Bono de compra")
    await waiting.press("Bono de compra")  # it was on the table before
    assert await handoff_reasons(waiting) == ["limit_passed"]
    second = await complain_of_delay(app, "30003", "rosa@example.com")
    assert second.choices
    assert not any("Bono" in choice.title for choice in second.choices)


async def test_expired_remedy_counts_against_the_limit(app: AppHarness, with_policy: Any) -> None:
    with_policy(per_kind={"voucher": ScopedCap(max_remedies=1, period_days=400)})
    first = await complain_of_delay(app, "30001", "rosa@example.com")
    await first.press("Bono de compra")
    app.clock.advance(days=200)
    assert await expiry.expire_due(app.db) == 1
    second = await complain_of_delay(app, "30002", "rosa@example.com")
    assert not any("Bono" in choice.title for choice in second.choices)


async def test_remedies_of_one_order_never_exceed_its_value(
    app: AppHarness, with_policy: Any
) -> None:
    limits = app.context.policy.limits
    with_policy(per_order=limits.per_order.model_copy(update={"max_remedies": 2}))
    chat = await complain_of_delay(app, "30001", "rosa@example.com")
    async with app.db.write() as session:
        small = update(Order).where(Order.number == "30001").values(total_minor=100)
        await session.execute(small)
    await chat.press("Bono de compra")
    assert await handoff_reasons(chat) == ["limit_passed"]
    assert not await chat.ledger()


async def test_week_and_month_have_budgets_of_their_own(app: AppHarness, with_policy: Any) -> None:
    first = await complain_of_delay(app, "30001", "rosa1@example.com")
    await first.press("Bono de compra")
    (given,) = await first.accepted_remedies()
    cost = given.budget_minor
    with_policy(weekly_budget=Money(cost * 2 - 1, "COP"))
    tuesday = await complain_of_delay(app, "30002", "rosa2@example.com")
    assert not any("Bono" in choice.title for choice in tuesday.choices)
    app.clock.advance(days=7)  # the week after, the month's last Monday
    next_week = await complain_of_delay(app, "30003", "rosa3@example.com")
    await next_week.press("Bono de compra")
    with_policy(monthly_budget=Money(cost * 3 - 1, "COP"))
    assert await next_week.accepted_remedies()
    third = await complain_of_delay(app, "30004", "rosa4@example.com")
    assert not any("Bono" in choice.title for choice in third.choices)
    app.clock.advance(days=7)
    december = await complain_of_delay(app, "30005", "rosa5@example.com")
    assert any("Bono" in choice.title for choice in december.choices)
