"""The console's page, as an agent uses it."""

from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Locator, Page

from tests.e2e.product import Product


@dataclass(frozen=True)
class Words:
    """What the console calls its parts."""

    email: str
    password: str
    enter: str
    waiting: str
    take: str
    reply: str
    send: str
    give_back: str
    resolve: str
    resolve_case: str
    remedy: str
    give_now: str
    locale: str


SPANISH = Words(
    email="Correo",
    password="Contraseña",
    enter="Entrar",
    waiting="En espera",
    take="Atender",
    reply="Escriba su respuesta",
    send="Enviar",
    give_back="Devolver al asistente",
    resolve="Resolver",
    resolve_case="Resolver caso",
    remedy="Remedio",
    give_now="Dar ahora",
    locale="es-CO",
)
ENGLISH = Words(
    email="E-mail",
    password="Password",
    enter="Sign in",
    waiting="Waiting",
    take="Take",
    reply="Type your reply",
    send="Send",
    give_back="Return to the assistant",
    resolve="Resolve",
    resolve_case="Resolve case",
    remedy="Remedy",
    give_now="Give now",
    locale="en-US",
)


def add_agent(
    product: Product, email: str, name: str, *more: str, password: str = "a-good-one"
) -> None:
    """Add a person of the company from the command line."""
    done = product.run_command(
        "agents", "add", email, name, "--password", *more, stdin=f"{password}\n"
    )
    assert done.returncode == 0, done.stderr


class ConsolePage:
    """One agent's tab."""

    def __init__(self, context: BrowserContext, product: Product, words: Words = SPANISH) -> None:
        self.words = words
        self.page: Page = context.new_page()
        self.page_errors: list[str] = []
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.page_errors.append(f"dialog: {dialog.message}"))
        self.page.goto(f"{product.url}/console")
        if words is ENGLISH:
            self.button("English").click()

    def sign_in(self, email: str, password: str = "a-good-one") -> None:
        """Sign in, and wait for the lists."""
        self.page.get_by_label(self.words.email).fill(email)
        self.page.get_by_label(self.words.password).fill(password)
        self.button(self.words.enter).click()
        self.waiting.wait_for(state="attached")

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def waiting(self) -> Locator:
        """The list of cases that wait."""
        return self.page.get_by_role("list", name=self.words.waiting)

    def card(self, reference: str) -> Locator:
        """A waiting case."""
        return self.waiting.get_by_role("listitem").filter(has_text=reference)

    def take(self, reference: str) -> None:
        """Take a waiting case, and wait until it is on the screen."""
        self.card(reference).get_by_role("button", name=self.words.take, exact=True).click()
        self.reply.wait_for()

    @property
    def reply(self) -> Locator:
        """Where the agent writes."""
        return self.page.get_by_role("textbox", name=self.words.reply)

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    def say(self, text: str) -> None:
        """Answer the customer."""
        self.reply.fill(text)
        self.button(self.words.send).click()

    def give(self, remedy: str, amount: str) -> None:
        """Give a remedy at once, of this amount."""
        self.button(self.words.remedy).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text(remedy, exact=True).first.click()
        dialog.get_by_role("textbox").first.fill(amount)
        dialog.get_by_role("button", name=self.words.give_now, exact=True).click()
        dialog.wait_for(state="hidden")
