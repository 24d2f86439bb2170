"""The kinds of remedies, and how they differ.

A kind is a record and not a class: kinds differ in a few properties only, not in behaviour. The
order of the records is the order in which a customer's wish is matched.
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
    """The properties of a kind."""

    name: Kind
    # A regular expression for the folded words by which customers choose it.
    pattern: str
    # The customer receives a sum of money. The value of other kinds is only their cost.
    is_money: bool = False
    # If we issue it ourselves, the customer spends it with a code.
    has_code: bool = False
    # It returns what the customer paid: never more than the order cost, and no goodwill.
    is_paid_back: bool = False
    # Customers ask for it before an offer.
    is_wished_for: bool = False

    @property
    def has_balance(self) -> bool:
        """True for a sum that is spent with a code, at once or in parts."""
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
KINDS: Final[Mapping[str, RemedyKind]] = {kind.name: kind for kind in _ALL}
