"""The chat page in a real browser, on a phone and on a desk."""

import io
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ViewportSize, WebSocketRoute, expect

from tests.e2e.product import ORDERS, Product
from tests.e2e.shop import DESKTOP, ENGLISH, PHONE, SPANISH, ShopPage, Words
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

Open = Callable[..., ShopPage]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP, locale="es-CO")
    yield context
    context.close()


@pytest.fixture
def shop(context: BrowserContext, product: Product) -> Iterator[ShopPage]:
    shop = ShopPage(context, product.url)
    yield shop
    assert shop.page_errors == []


@pytest.mark.parametrize(
    ("size", "words", "complaint", "order"),
    [
        (PHONE, SPANISH, "Me llegó roto el paquete del pedido 10508", "10508"),
        (DESKTOP, ENGLISH, "My order 10538 arrived broken", "10538"),
    ],
    ids=["phone in Spanish", "desktop in English"],
)
def test_complaint_is_resolved_on_the_page(
    browser: Browser, product: Product, size: ViewportSize, words: Words, complaint: str, order: str
) -> None:
    context = browser.new_context(viewport=size, has_touch=size == PHONE)
    shop = ShopPage(context, product.url, words)
    expect(shop.message_log).to_have_count(1)
    expect(shop.send).to_be_visible()

    apology = shop.ask(complaint)
    reference = re.search(r"Q-\d{4}-\d{4}", apology)
    assert reference
    shop.ask(ORDERS[order]["email"])
    assert 3 <= shop.alternatives.count() <= 4
    first = shop.alternatives.first
    title = first.locator(".title").inner_text()
    for part in (shop.box, shop.send, first):
        expect(part).to_be_in_viewport(ratio=1)
    assert not shop.page.evaluate("document.documentElement.scrollWidth > innerWidth")

    done = shop.choose(first)

    assert reference[0] in done
    expect(shop.bot_messages.last).to_be_in_viewport()
    expect(shop.message_log.get_by_text(words.chosen + title)).to_be_visible()
    for button in shop.alternatives.all():
        expect(button).to_be_disabled()

    said = shop.transcript()
    shop.page.reload()
    wait_until(lambda: shop.transcript() == said, 10, "the same after a reload")
    expect(shop.message_log.get_by_text(words.chosen + title)).to_be_visible()
    for button in shop.alternatives.all():
        expect(button).to_be_disabled()
    assert shop.page_errors == []
    context.close()


def test_two_tabs_show_the_same_conversation(
    context: BrowserContext, product: Product, shop: ShopPage
) -> None:
    shop.ask("Mi pedido llegó roto")
    other = ShopPage(context, product.url)
    wait_until(
        lambda: other.transcript() == shop.transcript(), 10, "the second tab shows the first's"
    )

    other.ask("10521")
    wait_until(
        lambda: other.transcript() == shop.transcript(), 10, "the first tab shows the second's"
    )
    shop.ask(ORDERS["10521"]["email"])
    expect(other.alternatives).to_have_count(shop.alternatives.count())
    other.choose(other.alternatives.last)
    expect(shop.message_log.get_by_text(SPANISH.chosen)).to_be_visible()
    wait_until(lambda: other.transcript() == shop.transcript(), 10, "both show the same")
    assert other.page_errors == []


def test_message_written_offline_is_sent_once(
    context: BrowserContext, product: Product, shop: ShopPage
) -> None:
    shop.ask("hola")
    context.set_offline(True)
    expect(shop.page.get_by_role("status").filter(has_text=SPANISH.offline)).to_be_visible()

    text = "Mi pedido llegó roto, escrito sin conexión"
    shop.say(text)
    expect(shop.customer_messages.last).to_contain_text(SPANISH.not_sent)
    assert _stored(product, text) == 0

    context.set_offline(False)
    shop.wait_answered()
    expect(shop.customer_messages).to_have_count(2)
    expect(shop.customer_messages.last).not_to_contain_text(SPANISH.not_sent)
    assert _stored(product, text) == 1


def test_unsent_message_survives_a_reload(
    context: BrowserContext, product: Product, shop: ShopPage
) -> None:
    shop.ask("hola")
    # The server cannot be reached, though the network is there.
    context.route_web_socket(re.compile("chat/socket"), lambda socket: socket.close())
    shop.page.reload()
    text = "Mi pedido llegó roto, escrito antes de recargar"
    shop.say(text)
    expect(shop.customer_messages.last).to_contain_text(SPANISH.not_sent)
    shop.page.close()

    back = ShopPage(_same_visitor(context), product.url)
    expect(back.customer_messages).to_have_count(2)
    back.wait_answered()
    assert _stored(product, text) == 1


def test_lost_read_receipt_is_sent_again(context: BrowserContext, product: Product) -> None:
    routes: list[WebSocketRoute] = []
    lost: list[str | bytes] = []

    def route(page: WebSocketRoute) -> None:
        routes.append(page)
        server, is_first = page.connect_to_server(), len(routes) == 1

        def pass_on(frame: str | bytes) -> None:
            if is_first and '"seen"' in str(frame):
                lost.append(frame)
            else:
                server.send(frame)

        page.on_message(pass_on)

    context.route_web_socket(re.compile("chat/socket"), route)
    shop = ShopPage(context, product.url)
    shop.ask("hola, una pregunta que se lee")
    wait_until(lambda: lost, 10, "the page tells what it shows")
    assert _read(product, "hola, una pregunta que se lee") == {"sent"}
    routes[0].close()

    def is_read() -> bool:
        shop.page.wait_for_timeout(50)  # frames pass meanwhile
        return _read(product, "hola, una pregunta que se lee") == {"read"}

    wait_until(is_read, 20, "it is told again")


def test_restart_of_the_edge_loses_and_doubles_no_message(product: Product, shop: ShopPage) -> None:
    shop.ask("hola")
    texts = [f"Mi pedido llegó roto, parte {number}" for number in range(1, 4)]

    shop.say(texts[0])
    product.send_signal("edge", signal.SIGKILL)
    shop.say(texts[1])
    product.wait_ready()
    shop.say(texts[2])

    expect(shop.customer_messages).to_have_count(4)
    wait_until(lambda: _answered(product, texts), 45, "every message is answered")
    shop.page.reload()
    expect(shop.customer_messages).to_have_count(4)
    for text in texts:
        expect(shop.customer_messages.filter(has_text=text)).to_have_count(1)
        assert _stored(product, text) == 1
    assert all(_answers_to(product, text) for text in texts)
    rows = product.rows(
        "SELECT text FROM messages WHERE conversation_id IN (SELECT"
        " conversation_id FROM messages WHERE text = ?) ORDER BY seq",
        texts[0],
    )
    wait_until(lambda: shop.transcript() == [row["text"] for row in rows], 10, "the page shows all")


def test_photo_is_shown_to_its_sender_only(
    product: Product, shop: ShopPage, browser: Browser
) -> None:
    shop.file_input.set_input_files(
        {"name": "golpe.jpg", "mimeType": "image/jpeg", "buffer": _picture(2400, 1600)}
    )
    shop.ask("Mi pedido llegó roto")

    photo = shop.customer_messages.last.get_by_role("img")
    expect(photo).to_be_visible()
    wait_until(lambda: photo.evaluate("image => image.naturalWidth"), 10, "the photo is loaded")
    shop.page.reload()
    wait_until(
        lambda: photo.evaluate("image => image.naturalWidth"), 10, "the photo is there again"
    )

    (kept,) = product.rows("SELECT id, width, height FROM attachments ORDER BY created_at DESC")
    assert max(kept["width"], kept["height"]) <= 2048
    assert product.get(f"/chat/photos/{kept['id']}")[0] == 401


def test_file_that_is_no_photo_is_refused_with_a_reason(shop: ShopPage, tmp_path: Path) -> None:
    large = tmp_path / "enorme.jpg"
    large.write_bytes(_picture(64, 64) + bytes(50 * 1024 * 1024))
    shop.file_input.set_input_files(large)
    expect(shop.notice).to_have_text("«enorme.jpg» pesa más de 10 MB. Envíe una foto más pequeña.")

    pretended = tmp_path / "factura.jpg"
    pretended.write_bytes(
        b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    shop.file_input.set_input_files(pretended)
    expect(shop.notice).to_contain_text("Ese archivo no es una foto que podamos abrir.")

    # And the customer can go on.
    assert shop.ask("hola")


def test_markup_in_a_message_is_shown_as_text(shop: ShopPage) -> None:
    text = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><b>roto</b>'

    shop.ask(text)

    expect(shop.customer_messages.last).to_contain_text(text)
    shop.page.reload()
    expect(shop.customer_messages.last).to_contain_text(text)
    assert shop.page.evaluate("window.hacked === undefined")
    assert shop.message_log.locator("b, script, img").count() == 0


def test_message_of_emoji_is_asked_about(shop: ShopPage) -> None:
    answer = shop.ask("😡😡😡")

    # What went wrong is asked for; nobody who is angry is told that this is none of our business.
    assert re.search(r"¿Qué|[Cc]uénteme", answer)
    assert "no le puedo ayudar" not in answer


def test_too_long_message_stays_in_the_box(shop: ShopPage) -> None:
    text = "Mi pedido llegó roto. " * 910

    shop.box.fill(text)
    shop.send.click()

    expect(shop.notice).to_contain_text(re.compile(r"pasa de \d+ caracteres\. Quite \d+"))
    expect(shop.box).to_have_value(text)
    expect(shop.customer_messages).to_have_count(0)


def test_complaint_is_resolved_with_the_keyboard_alone(shop: ShopPage) -> None:
    keyboard = shop.page.keyboard
    _tab_to(shop, SPANISH.box, "Tab")
    for text in ("Mi pedido llegó roto", "10415", ORDERS["10415"]["email"]):
        own = shop.customer_messages.count()
        keyboard.type(text)
        keyboard.press("Enter")
        expect(shop.customer_messages).to_have_count(own + 1)
        shop.wait_answered()

    title = shop.alternatives.last.locator(".title").inner_text()
    _tab_to(shop, title, "Shift+Tab")
    keyboard.press("Enter")

    expect(shop.message_log.get_by_text(SPANISH.chosen + title)).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chat_page_has_no_serious_accessibility_barrier(
    browser: Browser,
    product: Product,
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    shop = ShopPage(context, product.url)
    shop.ask("Quiero hablar con una persona")
    expect(shop.alternatives).not_to_have_count(0)

    found = Axe().run(shop.page).response["violations"]

    serious = {
        one["id"]: [node["html"] for node in one["nodes"]]
        for one in found
        if one["impact"] in {"serious", "critical"}
    }
    assert serious == {}
    context.close()


def _tab_to(shop: ShopPage, name: str, key: str) -> None:
    for _ in range(60):
        if shop.focused().startswith(name):
            return
        shop.page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {name!r}")


def _same_visitor(context: BrowserContext) -> BrowserContext:
    """A new window of the same browser profile: nothing in the way to the server any more."""
    assert context.browser is not None
    return context.browser.new_context(storage_state=context.storage_state(), locale="es-CO")


def _picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def _read(product: Product, text: str) -> set[str]:
    """How far the answers in a conversation have come."""
    rows = product.rows(
        "SELECT state FROM messages WHERE author = 'bot' AND conversation_id IN"
        " (SELECT conversation_id FROM messages WHERE text = ?)",
        text,
    )
    return {row["state"] for row in rows}


def _stored(product: Product, text: str) -> int:
    return len(product.rows("SELECT id FROM messages WHERE text = ?", text))


def _answered(product: Product, texts: list[str]) -> bool:
    rows = [product.rows("SELECT state FROM messages WHERE text = ?", text) for text in texts]
    return all([row["state"] for row in found] == ["answered"] for found in rows)


def _answers_to(product: Product, text: str) -> list[str]:
    rows = product.rows(
        "SELECT answer.text FROM messages answer JOIN messages said ON said.id = answer.in_reply_to"
        " WHERE said.text = ?",
        text,
    )
    answers = [row["text"] for row in rows]
    assert len(set(answers)) == len(answers)
    return answers
