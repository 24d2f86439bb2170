"""Known customers: a JSON Web Token by which the embedding site vouches for who is signed in.

HS256 (RFC 7519, RFC 7518 section 3.2) with the secret shared in CUSTOMER_TOKEN_SECRET; it must
expire, and name the customer by e-mail or phone.
"""

from dataclasses import dataclass

import jwt
from sqlalchemy.ext.asyncio import AsyncSession

from bot.customers import contacts
from bot.models import Contact, Conversation, Proof
from bot.text import email_address


class CustomerTokenError(ValueError):
    """The token is forged, expired, or names nobody."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom the site vouches for."""

    name: str
    email: str | None
    phone: str | None


def read_customer_token(token: str, secret: str, region: str) -> Customer:
    """The customer in a token.

    Raises:
        CustomerTokenError: the signature is wrong, it has expired, or it names no e-mail or phone.
    """
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp"]})
    except jwt.InvalidTokenError as error:
        raise CustomerTokenError(str(error)) from error
    email = email_address.normalize(str(claims.get("email") or ""))
    phone = contacts.normalize_phone(str(claims.get("phone") or ""), region)
    if not (email or phone):
        raise CustomerTokenError("it names no email and no phone")
    return Customer(str(claims.get("name") or ""), email, phone)


async def recognize(session: AsyncSession, conversation: Conversation, customer: Customer) -> None:
    """Tie a conversation to the customer that the site vouches for.

    Raises:
        CustomerTokenError: on a shared browser, somebody else's conversation is still open.
    """
    person: Contact = await contacts.find_or_add(
        session, name=customer.name, email=customer.email, phone=customer.phone
    )
    if conversation.contact_id not in (None, person.id):
        raise CustomerTokenError("the conversation is another customer's")
    conversation.contact_id = person.id
    conversation.proven_by = conversation.proven_by or Proof.SIGNED_TOKEN
