"""The demo shop's page with its chat, as a customer uses it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    ViewportSize,
    sync_playwright,
)

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)


@dataclass(frozen=True)
class Words:
    """What the page calls its parts."""

    path: str
    box: str
    send: str
    chosen: str
    offline: str
    not_sent: str


SPANISH = Words(
    path="/",
    box="Escriba su mensaje",
    send="Enviar",
    chosen="Usted eligió: ",
    offline="Sin conexión",
    not_sent="Sin enviar todavía",
)
ENGLISH = Words(
    path="/en",
    box="Type your message",
    send="Send",
    chosen="You chose: ",
    offline="No connection",
    not_sent="Not sent yet",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window: the one that CHROMIUM names, or the first that is found."""
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUM_NAMES)), None
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


class ShopPage:
    """One tab."""

    def __init__(self, context: BrowserContext, url: str, words: Words = SPANISH) -> None:
        self.words = words
        self.page: Page = context.new_page()
        self.page_errors: list[str] = []
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.page_errors.append(f"dialog: {dialog.message}"))
        self.page.goto(url + words.path)
        self.box.wait_for()

    @property
    def message_log(self) -> Locator:
        """The list of messages."""
        return self.page.get_by_role("log")

    @property
    def box(self) -> Locator:
        """Where the customer writes."""
        return self.page.get_by_role("textbox", name=self.words.box)

    @property
    def send(self) -> Locator:
        """The button that sends."""
        return self.page.get_by_role("button", name=self.words.send, exact=True)

    @property
    def customer_messages(self) -> Locator:
        """What the customer said."""
        return self.message_log.locator('[data-author="customer"]')

    @property
    def bot_messages(self) -> Locator:
        """What the bot said."""
        return self.message_log.locator('[data-author="bot"]')

    @property
    def alternatives(self) -> Locator:
        """The buttons to choose from, pressed or not."""
        return self.message_log.get_by_role("group").get_by_role("button")

    @property
    def file_input(self) -> Locator:
        """Where photos are attached."""
        return self.page.locator('input[type="file"]')

    @property
    def notice(self) -> Locator:
        """What the page says about something that cannot be sent."""
        return self.page.get_by_role("alert")

    def say(self, text: str) -> None:
        """Write and send; waits for nothing."""
        self.box.fill(text)
        self.send.click()

    def ask(self, text: str) -> str:
        """Write, send and wait for the whole answer."""
        before = self.bot_messages.count()
        self.say(text)
        self.wait_answered()
        return "\n".join(self.bot_messages.all_inner_texts()[before:])

    def choose(self, alternative: Locator) -> str:
        """Press an alternative and wait for the answer."""
        before = self.bot_messages.count()
        alternative.click()
        self.bot_messages.nth(before).wait_for(timeout=45_000)
        return "\n".join(self.bot_messages.all_inner_texts()[before:])

    def wait_answered(self) -> None:
        """Wait until the turn for what was written last is over."""
        self.customer_messages.last.locator('[data-state="delivered"]').wait_for(timeout=45_000)

    def transcript(self) -> list[str]:
        """What is said on the page, in order."""
        return self.message_log.locator(".text").all_inner_texts()

    def focused(self) -> str:
        """The accessible name, or the text, of what has the focus."""
        name: str = self.page.evaluate(
            """() => {
                let one = document.activeElement;
                while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
                return one?.getAttribute("aria-label") ?? one?.textContent ?? "";
            }"""
        )
        return name.strip()
