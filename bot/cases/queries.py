"""Statements of this package that run for every message, built once at import."""

from sqlalchemy import bindparam, func, or_, select, update

from bot.models import (
    GIVEN_STATES,
    Attachment,
    Compensation,
    Complaint,
    ComplaintState,
    ContentKind,
    Promise,
    PromiseState,
    table_of,
)

_NEWEST_CASE = select(Complaint).order_by(Complaint.id.desc()).limit(1)
# The newest open case of a conversation.
CURRENT_CASE = _NEWEST_CASE.where(
    Complaint.conversation_id == bindparam("conversation"),
    Complaint.state == ComplaintState.OPEN,
)
# The newest case of a conversation, in any state.
NEWEST_CASE_OF_CONVERSATION = _NEWEST_CASE.where(
    Complaint.conversation_id == bindparam("conversation")
)
# The newest case of a contact, in any conversation and state.
NEWEST_CASE_OF_CONTACT = _NEWEST_CASE.where(Complaint.contact_id == bindparam("contact"))
# The case that a message opened.
CASE_OF_MESSAGE = select(Complaint).where(Complaint.first_message_id == bindparam("message"))
# The case with a reference.
CASE_BY_REFERENCE = select(Complaint).where(Complaint.reference == bindparam("reference"))
# An earlier open case of the same contact about the same order.
DUPLICATE_CASE = (
    select(Complaint)
    .where(
        Complaint.order_id == bindparam("order"),
        Complaint.contact_id == bindparam("contact"),
        Complaint.state == ComplaintState.OPEN,
        Complaint.id < bindparam("case"),
    )
    .order_by(Complaint.id)
    .limit(1)
)
# How many earlier cases of a contact count as failures. One that was closed without being resolved
# does not: it was merged into another.
FAILURE_COUNT = select(func.count()).where(
    Complaint.contact_id == bindparam("contact"),
    Complaint.id < bindparam("case"),
    Complaint.is_told,
    or_(Complaint.state != ComplaintState.CLOSED, Complaint.resolved_at.is_not(None)),
    Complaint.first_message_at >= bindparam("since"),
)
# The newest remedy that other cases about an order have been given.
REMEDY_OF_OTHER_CASES = (
    select(Compensation)
    .where(
        Compensation.order_id == bindparam("order"),
        Compensation.complaint_id != bindparam("case"),
        Compensation.state.in_(GIVEN_STATES),
    )
    .order_by(Compensation.id.desc())
    .limit(1)
)

_ATTACHMENTS = table_of(Attachment)
# Give a conversation's files that belong to no case to one of its cases.
ASSIGN_ATTACHMENTS = (
    update(_ATTACHMENTS)
    .where(
        _ATTACHMENTS.c.conversation_id == bindparam("conversation"),
        _ATTACHMENTS.c.complaint_id.is_(None),
        _ATTACHMENTS.c.message_id.is_not(None),
    )
    .values(complaint_id=bindparam("case"))
)
_ANY_PHOTO = select(Attachment.id).where(Attachment.kind == ContentKind.PHOTO).limit(1)
# A photo that came with a message.
PHOTO_OF_MESSAGE = _ANY_PHOTO.where(Attachment.message_id == bindparam("message"))
# A photo that belongs to a case.
PHOTO_OF_CASE = _ANY_PHOTO.where(Attachment.complaint_id == bindparam("case"))

# A case's open promises, the soonest first.
OPEN_PROMISES = (
    select(Promise)
    .where(Promise.complaint_id == bindparam("case"), Promise.state == PromiseState.OPEN)
    .order_by(Promise.due_at)
)
