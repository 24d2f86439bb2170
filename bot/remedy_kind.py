"""The kinds of remedy, and all that differs between them.

One record a kind and not a class each: a kind has no behaviour of its own, it only answers the same
few questions differently. The records stand in the order in which a customer's wish is looked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "voucher",
    "store_credit",
    "refund",
    "replacement",
    "upgrade",
    "free_shipping",
    "warranty_extension",
    "bill_credit",
    "gift",
    "apology_call_back",
]


@dataclass(frozen=True, slots=True)
class RemedyKind:
    """What is peculiar to one kind."""

    name: Kind
    # The words by which customers choose it, folded; a regular expression.
    words: str
    # What the customer receives is a sum of money; the value of the others only tells the cost.
    is_money: bool = False
    # The customer spends it with a code, once it is issued by ourselves.
    has_code: bool = False
    # It is what the customer paid: never more than the order cost, and nobody's gift.
    is_paid_back: bool = False
    # Customers ask for it before anything was offered.
    is_wished_for: bool = False

    @property
    def has_balance(self) -> bool:
        """Whether it is a sum that is spent with a code, at once or bit by bit."""
        return self.is_money and self.has_code


_ALL: Final = (
    RemedyKind(
        "refund",
        r"reembols\w+|devol\w+|devuelv\w+|dinero|plata|lana|pasta|efectivo|refund\w*|money"
        r"|mis pesos|reintegr\w+",
        is_money=True,
        is_paid_back=True,
        is_wished_for=True,
    ),
    RemedyKind(
        "replacement",
        r"reemplazo|reempla\w+|reposicion|repong\w+|cambi(?:o|en|eme|enme|e)\b|otr[oa] "
        r"(?:igual|nuev[oa])|otr[oa]\b|mand\w+ otr[oa]|nuev[oa]"
        r"|replace\w*|exchange|another one|new one",
        is_wished_for=True,
    ),
    RemedyKind(
        "voucher",
        r"vale|bono|cupon|voucher|coupon|tarjeta de regalo|gift card",
        is_money=True,
        has_code=True,
        is_wished_for=True,
    ),
    RemedyKind(
        "store_credit",
        r"saldo|credito|store credit|credit|abono|monedero",
        is_money=True,
        has_code=True,
        is_wished_for=True,
    ),
    RemedyKind("warranty_extension", r"garantia|warranty|guarantee", is_wished_for=True),
    RemedyKind("upgrade", r"mejor modelo|modelo superior|superior|upgrade|mejora\b", has_code=True),
    RemedyKind("free_shipping", r"envios? gratis|envio|domicilio|shipping|delivery", has_code=True),
    RemedyKind("bill_credit", r"factura|descuento|descont\w+|bill|discount", is_money=True),
    RemedyKind("gift", r"regalo|obsequio|gift|present", has_code=True),
    RemedyKind("apology_call_back", r"llamada|llam\w+|geren\w+|call\w*|manager"),
)
KINDS: Final[Mapping[str, RemedyKind]] = {one.name: one for one in _ALL}
