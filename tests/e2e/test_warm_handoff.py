"""A customer and an agent in two browsers: the case travels, the customer does not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e import console as desk
from tests.e2e import shop as chat
from tests.e2e.console import Console, hire
from tests.e2e.product import ORDERS, Product
from tests.e2e.shop import DESKTOP, PHONE, Shop

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Script:
    """One language's scene."""

    shop: chat.Words
    desk: desk.Words
    order: str
    complaint: str
    person: str
    wrong: str
    correction: str
    read: str
    hello: str
    reply: str
    remedy: str
    how_is_it: str


SPANISH = Script(
    shop=chat.SPANISH,
    desk=desk.SPANISH,
    order="10503",
    complaint="Me llegó roto el producto del pedido {order}. {email}",
    person="quiero hablar con una persona",
    wrong="Corregir algo",
    correction="No llegó roto entero: se quebró solo la tapa",
    read="ya leyó su caso",
    hello="Hola. Ya leí lo de la tapa y lo arreglo ahora mismo.",
    reply="gracias, es para un regalo",
    remedy="Bono de compra",
    how_is_it="¿cómo va mi caso?",
)
ENGLISH = Script(
    shop=chat.ENGLISH,
    desk=desk.ENGLISH,
    order="10461",
    complaint="The product in my order {order} arrived broken. {email}",
    person="I want to talk to a person",
    wrong="Correct something",
    correction="Not all of it is broken: only the lid",
    read="has read your whole case",
    hello="Hello. I have read about the lid and will put it right now.",
    reply="thank you, it is for a present",
    remedy="Shopping voucher",
    how_is_it="how is my case going?",
)


@pytest.fixture(scope="module", autouse=True)
def people(product: Product) -> None:
    hire(product, "laura@example.com", "Laura Gómez")
    hire(product, "carlos@example.com", "Carlos Ruiz")
    hire(product, "marta@example.com", "Marta Díaz", "--role", "supervisor")


@pytest.fixture
def two(browser: Browser) -> Iterator[list[Page]]:
    """Closes every page's context afterwards."""
    pages: list[Page] = []
    yield pages
    for page in pages:
        page.context.close()


def customer_at(browser: Browser, product: Product, two: list[Page], words: chat.Words) -> Shop:
    shop = Shop(browser.new_context(viewport=PHONE), product.url, words)
    two.append(shop.page)
    return shop


def agent_at(
    browser: Browser, product: Product, two: list[Page], email: str, words: desk.Words
) -> Console:
    context = browser.new_context(viewport=DESKTOP, locale=words.locale)
    console = Console(context, product, words)
    two.append(console.page)
    console.sign_in(email)
    return console


def reference_in(text: str) -> str:
    found = re.search(r"Q-\d{4}-\d{4}", text)
    assert found
    return found[0]


@pytest.mark.parametrize("script", [SPANISH, ENGLISH], ids=["in Spanish", "in English"])
def test_the_case_goes_to_an_agent_and_back_and_nothing_is_repeated(
    browser: Browser, product: Product, two: list[Page], script: Script
) -> None:
    shop = customer_at(browser, product, two, script.shop)
    email = ORDERS[script.order]["email"]
    reference = reference_in(shop.ask(script.complaint.format(order=script.order, email=email)))
    assert script.order in shop.ask(script.person)
    shop.choose(shop.log.get_by_role("button", name=script.wrong))
    assert script.correction in shop.ask(script.correction)

    console = agent_at(browser, product, two, "laura@example.com", script.desk)
    expect(console.card(reference)).to_be_visible()
    expect(shop.log).not_to_contain_text(script.read)
    console.take(reference)

    # Only now that she has it open.
    expect(shop.log).to_contain_text(f"Laura {script.read}")
    expect(console.page.get_by_role("complementary").last).to_contain_text(script.correction)
    console.say(script.hello)
    expect(shop.log).to_contain_text(script.hello)
    shop.say(script.reply)
    expect(console.log).to_contain_text(script.reply)

    console.give(script.remedy)
    expect(shop.log).to_contain_text(re.compile("[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}"))
    console.button(script.desk.give_back).click()
    expect(shop.page.get_by_text(script.remedy).last).to_be_visible()

    told = shop.ask(script.how_is_it)
    assert script.remedy in told
    assert reference in told
    said = product.rows(
        "SELECT seq, author, text, choice_token FROM messages JOIN complaints"
        " ON complaints.conversation_id = messages.conversation_id"
        " WHERE reference = ? ORDER BY seq",
        reference,
    )
    assert [row["seq"] for row in said] == list(range(1, len(said) + 1))
    shown = [row["text"] for row in said if row["choice_token"] is None]
    assert shop.transcript() == shown
    assert (shop.problems, console.problems) == ([], [])
