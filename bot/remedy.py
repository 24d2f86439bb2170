"""How a remedy is called in front of the customer: its name, its amount, its conditions."""

from bot.models import Compensation
from bot.money import Money
from bot.wording import Wording


def title(wording: Wording, remedy: Compensation, language: str) -> str:
    """A remedy's name, as on its button, with its amount: "Devolver mi dinero ($249.900)"."""
    name = str(remedy.terms["title"][language])
    if not remedy.amount_minor:
        return name
    return f"{name} ({wording.show(Money(remedy.amount_minor, remedy.currency), language)})"


def detail(remedy: Compensation, language: str) -> str:
    """What it is, and under which conditions: known before it is chosen."""
    conditions = (remedy.terms["conditions"] or {}).get(language, "")
    return f"{remedy.terms['detail'][language]} {conditions}".strip()
