"""The photos of a case: a policy may ask for one before it decides."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import queries
from bot.models import Complaint, Message


async def assign_photos(session: AsyncSession, complaint: Complaint) -> None:
    """Give the conversation's files that belong to no case yet to this one."""
    await session.execute(
        queries.ASSIGN_ATTACHMENTS,
        {"conversation": complaint.conversation_id, "case": complaint.id},
    )


async def case_has_photo(session: AsyncSession, complaint: Complaint) -> bool:
    """Return True if the customer has sent a photo for this case."""
    await assign_photos(session, complaint)
    return await session.scalar(queries.PHOTO_OF_CASE, {"case": complaint.id}) is not None


async def message_has_photo(session: AsyncSession, message: Message) -> bool:
    """Return True if a photo came with the message."""
    return await session.scalar(queries.PHOTO_OF_MESSAGE, {"message": message.id}) is not None
