"""What every channel must be able to do: a setup for each, for the same tests.

To test a new channel in ``test_channels.py``, write a fake of its provider in ``tests/fakes`` and a
``ChannelSetup`` here, and add it to ``CHANNEL_SETUPS``.
"""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import complaints, promises
from bot.conversation import messages
from bot.database.session import Database
from bot.models import Author, Conversation, Message
from bot.text.reply import Reply, ReplyButton
from bot.understanding.extraction import Facts
from tests.fakes import telegram, whatsapp
from tests.fakes.provider import FakeProvider, Fault
from tests.integration.conftest import settings_for
from tests.integration.edge_process import EdgeProcess, FakeEngineServer
from tests.waiting import wait_until

T = TypeVar("T")


class ChannelCustomer(Protocol):
    """A customer on the channel."""

    @property
    def address(self) -> str:
        """What the channel knows them by."""

    def text_update(self, text: str) -> Any:
        """Return what the provider delivers for a text."""

    def photo_update(self, data: bytes) -> Any:
        """Return what the provider delivers for a photo."""

    def press_update(self, token: str) -> Any:
        """Return what the provider delivers for a pressed button."""

    def deliver(self, what: Any, *, forged: str | None = None) -> int:
        """Deliver to the edge as the provider does; return the HTTP status.

        Args:
            forged: the secret or signature is "missing" or "wrong".
        """

    def texts(self) -> list[str]:
        """Return the texts that were sent to them."""

    def choices(self) -> list[tuple[str, str]]:
        """Return title and token of all buttons that were sent to them."""

    def become_unreachable(self) -> None:
        """Let the provider report from now on that they cannot be reached."""

    def become_reachable(self) -> None:
        """Let them be reached again."""


class ChannelSetup(Protocol):
    """A channel with its fake provider."""

    name: str
    reports_delivery: bool  # the provider reports a message whose answer was lost

    @property
    def provider(self) -> FakeProvider:
        """The fake provider."""

    @property
    def settings(self) -> dict[str, str]:
        """The settings that turn the channel on."""

    def connect(self, edge: EdgeProcess) -> None:
        """Tell the provider the address of the running edge."""

    def new_customer(self, edge: EdgeProcess) -> ChannelCustomer:
        """Create a customer."""

    def rate_limited(self, after: int) -> Fault:
        """Return the answer "too many requests, wait ``after`` seconds"."""

    def rejection(self) -> Fault:
        """Return the answer to a message that the provider will never accept."""


class TelegramSetup:
    name, reports_delivery = "telegram", False

    def __init__(self) -> None:
        self.provider = telegram.FakeTelegram()

    @property
    def settings(self) -> dict[str, str]:
        return self.provider.settings

    def connect(self, edge: EdgeProcess) -> None:
        """Do nothing: the edge registers its webhook itself."""

    def new_customer(self, edge: EdgeProcess) -> ChannelCustomer:
        return TelegramCustomer(telegram.TelegramUser(self.provider, edge.url))

    def rate_limited(self, after: int) -> Fault:
        told = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 2"}
        return Fault(reject=(429, {**told, "parameters": {"retry_after": after}}))

    def rejection(self) -> Fault:
        told = {"ok": False, "error_code": 400, "description": "Bad Request: can't parse it"}
        return Fault(reject=(400, told))


class TelegramCustomer:
    def __init__(self, customer: telegram.TelegramUser) -> None:
        self._customer = customer

    @property
    def address(self) -> str:
        return str(self._customer.chat)

    def text_update(self, text: str) -> Any:
        return self._customer.message(text=text)

    def photo_update(self, data: bytes) -> Any:
        name = f"photo{len(self._customer.telegram.files)}"
        self._customer.telegram.files[name] = data
        size = {"file_unique_id": name, "width": 10, "height": 10}
        photos = [{"file_id": "small", **size}, {"file_id": name, "file_size": len(data), **size}]
        return self._customer.message(photo=photos)

    def press_update(self, token: str) -> Any:
        query = {"id": "1", "from": self._customer.user, "chat_instance": "1", "data": token}
        told = self._customer.message_fields(text="x")
        return self._customer.update(callback_query={**query, "message": told})

    def deliver(self, what: Any, *, forged: str | None = None) -> int:
        secret = {None: telegram.SECRET, "missing": None, "wrong": "b" * 20}[forged]
        return self._customer.post(what, secret).status_code

    def texts(self) -> list[str]:
        return [one["text"] for one in self._customer.telegram.sent_to(self._customer.chat)]

    def choices(self) -> list[tuple[str, str]]:
        sent = self._customer.telegram.sent_to(self._customer.chat)
        return [choice for one in sent for choice in one["buttons"]]

    def become_unreachable(self) -> None:
        self._customer.telegram.blocked_by.add(self._customer.chat)

    def become_reachable(self) -> None:
        self._customer.telegram.blocked_by.discard(self._customer.chat)


class WhatsAppSetup:
    name, reports_delivery = "whatsapp", True

    def __init__(self) -> None:
        self.provider = whatsapp.FakeWhatsApp()

    @property
    def settings(self) -> dict[str, str]:
        return self.provider.settings

    def connect(self, edge: EdgeProcess) -> None:
        self.provider.webhook = f"{edge.url}/channels/whatsapp"

    def new_customer(self, edge: EdgeProcess) -> ChannelCustomer:
        return WhatsAppCustomer(whatsapp.WhatsAppUser(self.provider, edge.url))

    def rate_limited(self, after: int) -> Fault:
        error = {"code": 131056, "message": "(#131056) pair rate limit hit", "type": "OAuth"}
        return Fault(reject=(400, {"error": error}))

    def rejection(self) -> Fault:
        error = {"code": 131051, "message": "(#131051) unsupported type", "type": "OAuth"}
        return Fault(reject=(400, {"error": error}))


class WhatsAppCustomer:
    def __init__(self, customer: whatsapp.WhatsAppUser) -> None:
        self._customer = customer

    @property
    def address(self) -> str:
        return self._customer.phone

    def text_update(self, text: str) -> Any:
        return whatsapp.post(self._customer.text_message(text))

    def photo_update(self, data: bytes) -> Any:
        media_id = f"9{len(self._customer.whatsapp.media)}"
        self._customer.whatsapp.media[media_id] = ("image/jpeg", data)
        image = {"id": media_id, "mime_type": "image/jpeg", "sha256": "x"}
        return whatsapp.post(self._customer.message("image", image=image))

    def press_update(self, token: str) -> Any:
        reply = {"type": "button_reply", "button_reply": {"id": token, "title": "uno"}}
        return whatsapp.post(self._customer.message("interactive", interactive=reply))

    def deliver(self, what: Any, *, forged: str | None = None) -> int:
        signature = {None: "right", "missing": None, "wrong": whatsapp.sign(b"{}", "no")}[forged]
        return whatsapp.deliver(self._customer.url, what, signature).status_code

    def texts(self) -> list[str]:
        return list(map(whatsapp.text_of, self._customer.whatsapp.sent_to(self._customer.phone)))

    def choices(self) -> list[tuple[str, str]]:
        sent = self._customer.whatsapp.sent_to(self._customer.phone)
        return [choice for one in sent for choice in whatsapp.choices_of(one)]

    def become_unreachable(self) -> None:
        self._customer.whatsapp.without_whatsapp.add(self._customer.phone)

    def become_reachable(self) -> None:
        self._customer.whatsapp.without_whatsapp.discard(self._customer.phone)


CHANNEL_SETUPS: dict[str, Callable[[], ChannelSetup]] = {
    "telegram": TelegramSetup,
    "whatsapp": WhatsAppSetup,
}


class ChannelHarness:
    """A running edge with one channel."""

    def __init__(self, setup: ChannelSetup, edge: EdgeProcess) -> None:
        self.setup = setup
        self.edge = edge

    def new_customer(self) -> ChannelCustomer:
        return self.setup.new_customer(self.edge)

    def messages(self, person: ChannelCustomer, what: str = "text") -> list[Any]:
        """Return a column of all messages of a customer, in order."""
        rows = self.edge.rows(
            f"SELECT m.{what} FROM messages m JOIN conversations c"  # noqa: S608 - a column's name
            " ON c.id = m.conversation_id WHERE c.address = ? ORDER BY m.seq",
            person.address,
        )
        return [value for (value,) in rows]

    def wait_until_settled(
        self, person: ChannelCustomer, least: int = 2, within: float = 20
    ) -> list[str]:
        """Wait until all messages are answered and sent; return their states."""

        def states() -> list[str] | None:
            current = self.messages(person, "state")
            done = len(current) >= least and not {"received", "pending"} & set(current)
            return current if done else None

        return wait_until(states, within, "all is answered and sent") or []

    def metric(self, name: str, **labels: str) -> float:
        """Return the value of one of the edge's metrics, 0 if it has none."""
        text = httpx.get(f"{self.edge.url}/metrics", trust_env=False).text
        selector = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
        prefix = f"{name}{{{selector}}} "
        values = [
            line.removeprefix(prefix) for line in text.splitlines() if line.startswith(prefix)
        ]
        return float(values[0]) if values else 0.0

    def in_transaction(
        self,
        act: Callable[[AsyncSession, Conversation], Coroutine[Any, Any, T]],
        person: ChannelCustomer,
    ) -> T:
        """Run ``act`` on a customer's conversation, as another process of ours would."""

        async def run() -> T:
            db = Database(self.edge.database_url)
            try:
                async with db.write() as session:
                    query = select(Conversation).where(Conversation.address == person.address)
                    return await act(session, (await session.scalars(query)).one())
            finally:
                await db.close()

        return asyncio.run(run())

    def put_messages(
        self,
        person: ChannelCustomer,
        *texts: str,
        author: Author = Author.AGENT,
        buttons: tuple[ReplyButton, ...] = (),
    ) -> None:
        """Add outgoing messages to a customer's conversation."""

        async def act(session: AsyncSession, conversation: Conversation) -> None:
            for text in texts:
                await messages.add_outgoing(
                    session, conversation, Reply(text, buttons), author=author
                )

        self.in_transaction(act, person)

    def offer_choices(self, person: ChannelCustomer, *titles: str) -> None:
        """Offer alternatives to a customer."""
        buttons = tuple(ReplyButton(title, f"/pressed_{title}") for title in titles)
        self.put_messages(person, "¿Cuál?", author=Author.BOT, buttons=buttons)

    def open_case(self, person: ChannelCustomer) -> str:
        """Open a case with a promise for a customer; return its reference."""

        async def act(session: AsyncSession, conversation: Conversation) -> str:
            query = select(Message).where(Message.conversation_id == conversation.id)
            first = (await session.scalars(query.order_by(Message.seq))).first()
            assert first is not None
            case = await complaints.open_case(
                session, conversation, first, "damaged", Facts(), also=[]
            )
            # Not due yet: the edge apologises for what passes, whenever it looks.
            await promises.make(session, case, promises.ANSWER, first.at + timedelta(hours=1))
            return case.reference

        return self.in_transaction(act, person)


@contextmanager
def run_channel(
    name: str, template: Path, folder: Path, **settings: str
) -> Iterator[ChannelHarness]:
    """Run a fake provider, a fake engine and an edge with one channel."""
    setup = CHANNEL_SETUPS[name]()
    shutil.copy(template, folder / "regalo.db")
    engine = FakeEngineServer()
    try:
        edge = EdgeProcess(
            settings_for(f"sqlite:///{folder / 'regalo.db'}", folder),
            engine,
            None,
            **(setup.settings | settings),
        )
        try:
            setup.connect(edge)
            yield ChannelHarness(setup, edge)
        finally:
            edge.stop()
    finally:
        engine.close()
        setup.provider.close()
