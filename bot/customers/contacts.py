"""Contacts: who the customer is, found by what only they share with an order."""

import phonenumbers
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Contact
from bot.text.normalize import digits

# A phone's last digits that must agree: a whole national number in the countries we know, so
# that "+57 300 123 4567", "3001234567" and "300 123 45 67" are one phone.
PHONE_TAIL = 9


def same_phone(one: str | None, other: str | None) -> bool:
    """Whether two phones are one, with or without the country's code."""
    ours, theirs = digits(one or ""), digits(other or "")
    if min(len(ours), len(theirs)) < PHONE_TAIL:
        return False
    return ours[-PHONE_TAIL:] == theirs[-PHONE_TAIL:]


def normal_phone(text: str, region: str) -> str | None:
    """A phone as E.164; one that cannot be read so is kept by its digits, none as None."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return digits(text) or None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


async def find_or_add(
    session: AsyncSession, *, name: str, email: str | None, phone: str | None
) -> Contact:
    """The contact with this e-mail or, failing that, this phone; made if there is none."""
    for column, value in ((Contact.email, email), (Contact.phone, phone)):
        if value:
            found = await session.scalar(select(Contact).where(column == value).limit(1))
            if found:
                found.email = found.email or email
                found.phone = found.phone or phone
                return found
    contact = Contact(name=name, email=email, phone=phone, created_at=clock.now())
    session.add(contact)
    await session.flush()
    return contact
