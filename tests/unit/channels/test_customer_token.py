"""The customer token: a forged one would let anybody be anybody."""

import time
from typing import Any

import jwt
import pytest

from bot.channels.customer_token import CustomerTokenError, read_customer_token
from bot.customers.contacts import VouchedCustomer

pytestmark = pytest.mark.unit

SECRET = "0123456789abcdef0123456789abcdef"


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    claims = {"exp": time.time() + 60, "email": "Ana.Ruiz@Example.com", "name": "Ana", **claims}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, secret, algorithm=algorithm)


def read(token: str) -> VouchedCustomer:
    return read_customer_token(token, SECRET, "CO")


def test_claims_of_a_valid_token_name_the_customer() -> None:
    assert read(signed()) == VouchedCustomer("Ana", "ana.ruiz@example.com", None)
    by_phone = read(signed(email=None, name=None, phone="300 123 4567"))
    assert by_phone == VouchedCustomer("", None, "+573001234567")


@pytest.mark.parametrize(
    "token",
    [
        signed("f" * 32),
        signed(exp=time.time() - 1),
        signed(exp=None),
        "x.y.z",
        signed(email=None),
        signed(email=""),
        signed(email="   ", phone=""),
        signed(algorithm="HS512", secret=SECRET * 2),
        jwt.encode({"exp": time.time() + 60, "email": "a@example.com"}, None, algorithm="none"),
        "",
        "x",
        signed()[:-4],
        ".".join([*signed().split(".")[:2], ""]),
        signed(nbf=time.time() + 3600),
    ],
    ids=["forged", "expired", "endless", "no token", "nobody", "empty email", "blanks",
         "other algorithm", "no algorithm", "empty", "x", "cut", "without its signature",
         "not yet"],
)  # fmt: skip
def test_invalid_token_is_refused(token: str) -> None:
    with pytest.raises(CustomerTokenError):
        read(token)


def test_token_with_a_changed_claim_is_refused() -> None:
    head, _, signature = signed().split(".")
    _, other, _ = signed(email="boss@example.com").split(".")
    with pytest.raises(CustomerTokenError):
        read(f"{head}.{other}.{signature}")
