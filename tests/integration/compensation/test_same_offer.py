"""The same facts lead to the same offer, whatever the customer's name, channel or language."""

import asyncio
import shutil
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.category import CATEGORIES, Severity
from bot.compensation import case_facts
from bot.context.company_context import CompanyContext
from bot.customers.order_import import OrderRow, store_orders
from bot.database.session import Database
from bot.models import (
    Author,
    Complaint,
    ComplaintState,
    Conversation,
    Message,
    MessageState,
    Order,
    Proof,
)
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts, Decision
from bot.text.case_reference import new_reference


@dataclass(frozen=True)
class Customer:
    """What the offer must not depend on."""

    name: str
    channel: str
    language: str
    hour: int
    minute: int


@dataclass(frozen=True)
class Incident:
    """What the offer may depend on."""

    category: str
    severity: Severity
    total: int
    is_proven: bool
    desired: str | None


customers = st.builds(
    Customer,
    name=st.text(st.characters(categories=["L", "Zs"]), min_size=1, max_size=40).filter(str.strip),
    channel=st.sampled_from(["web", "telegram", "whatsapp"]),
    language=st.sampled_from(["es", "en"]),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
)
incidents = st.builds(
    Incident,
    category=st.sampled_from(list(CATEGORIES)),
    severity=st.sampled_from(["low", "medium", "high"]),
    total=st.integers(10_000, 5_000_000),
    is_proven=st.booleans(),
    desired=st.sampled_from([None, "refund", "replacement", "voucher", "store_credit"]),
)


def test_same_facts_get_same_offer_whoever_complains_where_and_when(
    sqlite_template: Path, context: CompanyContext
) -> None:
    """Each customer has a database of their own, so that neither affects the other's limits."""

    @settings(max_examples=30, deadline=None)
    @given(incident=incidents, first=customers, second=customers)
    def compare(incident: Incident, first: Customer, second: Customer) -> None:
        (facts, decision), (same_facts, same_decision) = (
            asyncio.run(decide_case(sqlite_template, context, incident, each))
            for each in (first, second)
        )
        assert facts == same_facts
        assert decision == same_decision

    compare()


async def decide_case(
    template: Path, context: CompanyContext, incident: Incident, customer: Customer
) -> tuple[CaseFacts, Decision]:
    """Store the incident for this customer; return the case's facts and the policy's decision."""
    at = datetime(2026, 11, 24, customer.hour, customer.minute, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder, patch("bot.clock.now", lambda: at):
        file = shutil.copy(template, Path(folder) / "regalo.db")
        db = Database(f"sqlite:///{file}")
        try:
            async with db.write() as session:
                row = OrderRow(
                    order_number="41001",
                    customer_name=customer.name,
                    email=f"{uuid.uuid4().hex}@example.com",
                    total=str(incident.total),
                    currency="COP",
                    placed_at=datetime(2026, 11, 12, 9, tzinfo=UTC),
                    status="delivered",
                )
                await store_orders(session, [row], region="CO", timezone="America/Bogota")
                case, conversation = await store_complaint(session, incident, customer, at)
                facts = await case_facts.collect(session, context, case, conversation)
        finally:
            await db.close()
    return facts, decide(context.policy, facts)


async def store_complaint(
    session: AsyncSession, incident: Incident, customer: Customer, at: datetime
) -> tuple[Complaint, Conversation]:
    """Store the rows of a complaint about the order by this customer at that moment."""
    order = (await session.scalars(select(Order).where(Order.number == "41001"))).one()
    contact_id = order.contact_id if incident.is_proven else None
    conversation = Conversation(
        id=uuid.uuid4().hex,
        channel=customer.channel,
        address=uuid.uuid4().hex,
        contact_id=contact_id,
        proven_by=Proof.ORDER if incident.is_proven else None,
        language=customer.language,
        created_at=at,
        times={},
    )
    session.add(conversation)
    await session.flush()
    message = Message(
        conversation_id=conversation.id,
        channel=customer.channel,
        source_id=uuid.uuid4().hex,
        seq=1,
        author=Author.CUSTOMER,
        text=f"{customer.name}: {incident.category}",
        state=MessageState.RECEIVED,
        at=at,
    )
    session.add(message)
    await session.flush()
    case = Complaint(
        reference=new_reference(),
        conversation_id=conversation.id,
        contact_id=contact_id,
        order_id=order.id if incident.is_proven else None,
        category=incident.category,
        also=[],
        severity=incident.severity,
        desired=incident.desired,
        state=ComplaintState.OPEN,
        first_message_id=message.id,
        first_message_at=at,
    )
    session.add(case)
    await session.flush()
    return case, conversation
