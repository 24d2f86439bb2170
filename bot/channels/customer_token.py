"""Known customers: a JSON Web Token by which the embedding site vouches for who is signed in.

HS256 (RFC 7519, RFC 7518 section 3.2) with the secret shared in CUSTOMER_TOKEN_SECRET; it must
expire, and name the customer by e-mail or phone.
"""

import jwt

from bot.customers import contacts
from bot.customers.contacts import VouchedCustomer
from bot.text import email_address


class CustomerTokenError(ValueError):
    """The token is forged, expired, or names nobody."""


def read_customer_token(token: str, secret: str, region: str) -> VouchedCustomer:
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
    return VouchedCustomer(str(claims.get("name") or ""), email, phone)
