"""The tables. Money is integer minor units with an ISO 4217 code; times are aware and in UTC."""

from bot.models.base import Base, table_of
from bot.models.case import NOT_ENDED, STILL_OPEN, CaseEvent, Complaint, Handoff, Promise
from bot.models.people import Contact, Order
from bot.models.remedy import (
    ACCOUNTS,
    Budget,
    Compensation,
    DecisionMade,
    Doubt,
    Fulfilment,
    LedgerEntry,
    Offer,
    Pause,
    ProviderTry,
)
from bot.models.staff import Agent, AgentSession, Approval, Note
from bot.models.talk import PENDING, RECEIVED, Attachment, Choice, Conversation, Message

__all__ = [
    "ACCOUNTS",
    "NOT_ENDED",
    "PENDING",
    "RECEIVED",
    "STILL_OPEN",
    "Agent",
    "AgentSession",
    "Approval",
    "Attachment",
    "Base",
    "Budget",
    "CaseEvent",
    "Choice",
    "Compensation",
    "Complaint",
    "Contact",
    "Conversation",
    "DecisionMade",
    "Doubt",
    "Fulfilment",
    "Handoff",
    "LedgerEntry",
    "Message",
    "Note",
    "Offer",
    "Order",
    "Pause",
    "Promise",
    "ProviderTry",
    "table_of",
]
