"""The summaries of a case: every sentence needs a row that backs it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.casefile import summary_text
from bot.casefile.case_rows import CaseRows
from bot.category import CATEGORIES
from bot.config.settings import load_settings
from bot.context.company_context import CompanyContext, load_company_context
from bot.models import Compensation, Complaint, Contact, Conversation, Handoff, Order
from bot.money import Money

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> CompanyContext:
    folder: Path = tmp_path_factory.mktemp("context")
    return load_company_context(load_settings(database_url="sqlite:///none.db", var_dir=folder))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clock.now", lambda: NOW)


def rows_of(*, case: dict[str, Any] | None = None, **more: Any) -> CaseRows:
    """Return the rows of a case; what is not given is unknown."""
    known: dict[str, Any] = {
        "is_told": True,
        "category": "damaged",
        "also": [],
        "thing": None,
        "desired": None,
    }
    conversation = Conversation(language=more.pop("language", "es"), said_order=None)
    for name in ("said_order",):
        setattr(conversation, name, more.pop(name, None))
    return CaseRows(case=Complaint(**known | (case or {})), conversation=conversation, **more)


def order(**more: Any) -> Order:
    values: dict[str, Any] = {
        "number": "10482",
        "items": ["Licuadora Oster 1.5 L x1"],
        "total_minor": 24990000,
        "currency": "COP",
        "status": "delivered",
        "promised_at": None,
        "delivered_at": None,
    }
    return Order(**values | more)


def remedy(state: str, title: str = "Bono de compra") -> Compensation:
    terms = {"title": {"es": title, "en": title}}
    return Compensation(state=state, terms=terms, amount_minor=2500000, currency="COP")


def test_summary_of_an_untold_case_claims_nothing(context: CompanyContext) -> None:
    summary = summary_text.write_agent_summary(context, "es", rows_of(case={"is_told": False}))
    assert (
        summary
        == "Todavía no se sabe quién escribe. Pidió una persona sin contar todavía qué pasó."
    )
    assert summary_text.write_customer_summary(context, rows_of(case={"is_told": False})) is None


def test_agent_summary_has_its_sentences_in_order(
    context: CompanyContext,
) -> None:
    rows = rows_of(
        case={"thing": "licuadora", "also": ["late_delivery"], "desired": "refund"},
        contact=Contact(name="Ana Ruiz"),
        order=order(promised_at=NOW - timedelta(days=9), delivered_at=NOW - timedelta(days=5)),
        spent=Money(324900000, "COP"),
        remedies=[remedy("declined")],
        declined=True,
        earlier=2,
        broken=1,
        handoff=Handoff(corrections=["era azul"]),
    )
    summary = summary_text.write_agent_summary(context, "es", rows)
    parts = [
        "Ana Ruiz compra por $3.249.000 al año.",
        ": licuadora.",
        "También por",
        "Es el pedido 10482, Licuadora Oster 1.5 L x1, de $249.900.",
        "Llegó con 4 días de retraso.",
        "Le hemos incumplido una promesa en este caso.",
        "Es su caso número 3 con nosotros.",
        "Quiere",
        "Se le ofreció «Bono de compra ($25.000)», y nada le sirvió.",
        "Corrigió el resumen: «era azul».",
    ]
    places = [summary.index(part) for part in parts]
    assert places == sorted(places)
    english = summary_text.write_agent_summary(context, "en", rows)
    assert "Ana Ruiz buys for" in english
    assert "none of it helped" in english


@pytest.mark.parametrize(
    ("more", "late"),
    [
        ({}, 0),
        ({"promised_at": NOW + timedelta(days=1)}, 0),
        ({"promised_at": NOW - timedelta(hours=23)}, 0),
        ({"promised_at": NOW - timedelta(days=3, hours=1)}, 3),
        ({"promised_at": NOW - timedelta(days=9), "delivered_at": NOW - timedelta(days=7)}, 2),
        ({"promised_at": NOW - timedelta(days=7), "delivered_at": NOW - timedelta(days=9)}, 0),
        ({"promised_at": NOW - timedelta(days=9), "status": "cancelled"}, 0),
        ({"promised_at": NOW - timedelta(days=9), "status": "returned"}, 0),
    ],
)
def test_delay_is_mentioned_only_for_a_late_order(
    context: CompanyContext, more: dict[str, Any], late: int
) -> None:
    summary = summary_text.write_agent_summary(context, "es", rows_of(order=order(**more)))
    assert (f" {late} días" in summary) == bool(late)
    assert (("retraso" in summary) or ("esperando" in summary)) == bool(late)
    assert ("Llegó con" in summary) == bool(late and more.get("delivered_at"))


@pytest.mark.parametrize(
    ("remedies", "declined", "says", "never"),
    [
        ([], False, "", "ofreció"),
        ([remedy("offered")], False, "no ha elegido", "nada le sirvió"),
        ([remedy("declined")], True, "nada le sirvió", "no ha elegido"),
        ([remedy("issued")], False, "Ya recibió", "ofreció"),
        ([remedy("accepted")], False, "Ya tiene en marcha", "Ya recibió"),
        ([remedy("issued"), remedy("declined")], False, "Ya recibió", "ofreció"),
    ],
)
def test_offered_and_given_remedies_are_distinguished(
    context: CompanyContext, remedies: list[Compensation], declined: bool, says: str, never: str
) -> None:
    summary = summary_text.write_agent_summary(
        context, "es", rows_of(remedies=remedies, declined=declined)
    )
    assert says in summary
    assert never not in summary


def test_unconfirmed_order_is_marked_as_such(context: CompanyContext) -> None:
    summary = summary_text.write_agent_summary(context, "es", rows_of(said_order="10482"))
    assert "Dice que es el pedido 10482, sin confirmar." in summary
    assert "Todavía no se sabe quién escribe." in summary
    confirmed = summary_text.write_agent_summary(
        context, "es", rows_of(said_order="1", order=order())
    )
    assert "sin confirmar" not in confirmed


def test_customer_without_purchases_is_not_called_a_buyer(context: CompanyContext) -> None:
    for spent in (None, Money(0, "COP")):
        summary = summary_text.write_agent_summary(
            context, "es", rows_of(contact=Contact(name="Rosa Mora"), spent=spent)
        )
        assert summary.startswith("Rosa Mora no registra otras compras este año.")


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("language", ["es", "en"])
def test_customer_summary_of_every_category_is_filled_in(
    context: CompanyContext, category: str, language: str
) -> None:
    summary = summary_text.write_customer_summary(
        context, rows_of(case={"category": category}, language=language)
    )
    assert summary
    assert "{" not in summary


def test_customer_summary_lists_what_is_passed_on(context: CompanyContext) -> None:
    rows = rows_of(
        case={"thing": "licuadora", "desired": "refund"},
        said_order="10482",
        has_photo=True,
        remedies=[remedy("issued")],
    )
    summary = summary_text.write_customer_summary(context, rows)
    assert summary is not None
    parts = summary.split("; ")
    assert len(parts) == 6
    for fact in ("licuadora", "10482", "foto", "$25.000"):
        assert sum(fact in part for part in parts) == 1
    bare = summary_text.write_customer_summary(context, rows_of())
    assert bare is not None
    assert ";" not in bare
