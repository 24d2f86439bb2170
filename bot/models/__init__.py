"""The tables. Money is integer minor units with an ISO 4217 code; times are aware and in UTC."""

from bot.models.base import Base
from bot.models.case import CaseEvent, Complaint, Handoff, Promise
from bot.models.people import Contact, Order
from bot.models.remedy import Budget, Compensation, LedgerEntry, Offer
from bot.models.staff import Agent, AgentSession, Approval, Note
from bot.models.talk import Attachment, Choice, Conversation, Message

__all__ = [
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
    "Handoff",
    "LedgerEntry",
    "Message",
    "Note",
    "Offer",
    "Order",
    "Promise",
]
