"""The tables. Money is integer minor units with an ISO 4217 code; times are aware and in UTC."""

from bot.models.base import Base, table_of
from bot.models.case import NOT_ENDED, STILL_OPEN, CaseEvent, Complaint, Handoff, Promise
from bot.models.people import Contact, Order
from bot.models.remedy import (
    ACCOUNTS,
    Budget,
    Compensation,
    DecisionRecord,
    Fulfilment,
    LedgerEntry,
    Offer,
    ProviderTry,
    RiskFlag,
    SpendingPause,
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
    "DecisionRecord",
    "Fulfilment",
    "Handoff",
    "LedgerEntry",
    "Message",
    "Note",
    "Offer",
    "Order",
    "Promise",
    "ProviderTry",
    "RiskFlag",
    "SpendingPause",
    "table_of",
]
