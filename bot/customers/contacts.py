"""Contacts: the customers, each found by the e-mail address or the phone on their orders."""

from dataclasses import dataclass

import phonenumbers
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Contact
from bot.text.normalize import digits

# The last digits that must agree: a whole national number in the countries that we serve, so that
# "+57 300 123 4567", "3001234567" and "300 123 45 67" are one phone.
PHONE_TAIL = 9


@dataclass(frozen=True, slots=True)
class VouchedCustomer:
    """A customer whom the embedding site vouches for, by e-mail or phone."""

    name: str
    email: str | None
    phone: str | None


def is_same_phone(first: str | None, second: str | None) -> bool:
    """Return True if two phones are the same, with or without the country's code."""
    first_digits, second_digits = digits(first or ""), digits(second or "")
    if min(len(first_digits), len(second_digits)) < PHONE_TAIL:
        return False
    return first_digits[-PHONE_TAIL:] == second_digits[-PHONE_TAIL:]


def normalize_phone(text: str, region: str) -> str | None:
    """Return a phone as E.164; only its digits if it cannot be parsed; None if it has none.

    Args:
        region: the ISO 3166 country of a number without a country code.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return digits(text) or None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


async def find_or_add(
    session: AsyncSession, *, name: str, email: str | None, phone: str | None
) -> Contact:
    """Return the contact with this e-mail or, failing that, this phone; add one if there is none.

    Both must be normalized. What the contact lacks of the two is filled in.
    """
    for column, value in ((Contact.email, email), (Contact.phone, phone)):
        if value:
            contact = await session.scalar(select(Contact).where(column == value).limit(1))
            if contact:
                contact.email = contact.email or email
                contact.phone = contact.phone or phone
                return contact
    contact = Contact(name=name, email=email, phone=phone, created_at=clock.now())
    session.add(contact)
    await session.flush()
    return contact
