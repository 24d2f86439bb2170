"""The case that a command is about, by the reference that was typed."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import complaints
from bot.cli.failure import Failure
from bot.models import Complaint
from bot.text.case_reference import parse_reference


def reference_or_fail(typed: str) -> str:
    """Return the reference as it is stored.

    Raises:
        Failure: the text is not a reference.
    """
    reference = parse_reference(typed)
    if reference is None:
        raise Failure(f"{typed} is no case: a reference looks like Q-4827-3916")
    return reference


async def case_or_fail(session: AsyncSession, reference: str) -> Complaint:
    """Return the case with this reference.

    Raises:
        Failure: there is no such case.
    """
    case = await complaints.find(session, reference)
    if case is None:
        raise Failure(f"there is no case {reference}")
    return case
