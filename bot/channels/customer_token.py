"""The JSON Web Token by which the embedding site vouches for its signed-in customer.

HS256 (RFC 7519, RFC 7518 section 3.2) with the secret of the setting CUSTOMER_TOKEN_SECRET. It must
have an expiry, and an e-mail or a phone.
"""

import jwt

from bot.customers import contacts
from bot.customers.contacts import VouchedCustomer
from bot.text import email_address


class CustomerTokenError(ValueError):
    """The token is forged or expired, or has neither e-mail nor phone."""


def read_customer_token(token: str, secret: str, region: str) -> VouchedCustomer:
    """Return the customer in a token.

    Args:
        region: the ISO 3166 country of a phone without a country code.

    Raises:
        CustomerTokenError: it is forged or expired, or has neither e-mail nor phone.
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
