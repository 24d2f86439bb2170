"""What any channel must be able to show: a world for each, in which the same tests are played.

To bring a channel of your own into ``test_channels.py``, write a fake of its provider beside the
others in ``tests/fakes``, a ``ChannelSetup`` here, and add it to ``CHANNEL_SETUPS``.
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
        """What the provider delivers when they say something."""

    def photo_update(self, data: bytes) -> Any:
        """What it delivers when they send a photo."""

    def press_update(self, token: str) -> Any:
        """What it delivers when they press a button."""

    def deliver(self, what: Any, *, forged: str | None = None) -> int:
        """Let the provider deliver it; the status that it gets. ``forged``: "missing", "wrong"."""

    def texts(self) -> list[str]:
        """What they have been sent."""

    def choices(self) -> list[tuple[str, str]]:
        """Title and token of all buttons that they have been sent."""

    def become_unreachable(self) -> None:
        """Nothing reaches them from now on."""

    def become_reachable(self) -> None:
        """They can be reached again."""


class ChannelSetup(Protocol):
    """A channel with its provider."""

    name: str
    reports_delivery: bool  # the provider tells of a send whose answer was lost

    @property
    def provider(self) -> FakeProvider:
        """The fake."""

    @property
    def settings(self) -> dict[str, str]:
        """What turns the channel on."""

    def connect(self, edge: EdgeProcess) -> None:
        """The edge is there now."""

    def new_customer(self, edge: EdgeProcess) -> ChannelCustomer:
        """A new customer."""

    def rate_limited(self, after: int) -> Fault:
        """The provider wants less, and says for how long."""

    def rejection(self) -> Fault:
        """The provider does not take a message, and never will."""


class TelegramSetup:
    name, reports_delivery = "telegram", False

    def __init__(self) -> None:
        self.provider = telegram.FakeTelegram()

    @property
    def settings(self) -> dict[str, str]:
        return self.provider.settings

    def connect(self, edge: EdgeProcess) -> None:
        """By its webhook."""

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
    """A running edge with one channel, and what a test may do to both."""

    def __init__(self, world: ChannelSetup, edge: EdgeProcess) -> None:
        self.world = world
        self.edge = edge

    def new_customer(self) -> ChannelCustomer:
        return self.world.new_customer(self.edge)

    def messages(self, person: ChannelCustomer, what: str = "text") -> list[Any]:
        """A column of all messages of a person, in their order."""
        rows = self.edge.rows(
            f"SELECT m.{what} FROM messages m JOIN conversations c"  # noqa: S608 - a column's name
            " ON c.id = m.conversation_id WHERE c.address = ? ORDER BY m.seq",
            person.address,
        )
        return [value for (value,) in rows]

    def wait_until_settled(
        self, person: ChannelCustomer, least: int = 2, within: float = 20
    ) -> list[str]:
        """The states of a person's messages, once none is to be answered or sent any more."""

        def states() -> list[str] | None:
            found = self.messages(person, "state")
            done = len(found) >= least and not {"received", "pending"} & set(found)
            return found if done else None

        return wait_until(states, within, "all is answered and sent") or []

    def metric(self, name: str, **labels: str) -> float:
        """What the edge has counted."""
        told = httpx.get(f"{self.edge.url}/metrics", trust_env=False).text
        wanted = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
        line = next((one for one in told.splitlines() if one.startswith(f"{name}{{{wanted}}}")), "")
        return float(line.rpartition(" ")[2]) if line else 0.0

    def in_transaction(
        self,
        act: Callable[[AsyncSession, Conversation], Coroutine[Any, Any, T]],
        person: ChannelCustomer,
    ) -> T:
        """Do something to a person's conversation, as another process of ours would."""

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
        """Somebody of the company says something."""

        async def act(session: AsyncSession, conversation: Conversation) -> None:
            for text in texts:
                await messages.add_outgoing(
                    session, conversation, Reply(text, buttons), author=author
                )

        self.in_transaction(act, person)

    def offer_choices(self, person: ChannelCustomer, *titles: str) -> None:
        """The assistant puts alternatives to them."""
        buttons = tuple(ReplyButton(title, f"/pressed_{title}") for title in titles)
        self.put_messages(person, "¿Cuál?", author=Author.BOT, buttons=buttons)

    def open_case(self, person: ChannelCustomer) -> str:
        """They have a case with something promised; gives back its reference."""

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
    """A world of its own for a test."""
    world = CHANNEL_SETUPS[name]()
    shutil.copy(template, folder / "regalo.db")
    engine = FakeEngineServer()
    try:
        edge = EdgeProcess(
            settings_for(f"sqlite:///{folder / 'regalo.db'}", folder),
            engine,
            None,
            **(world.settings | settings),
        )
        try:
            world.connect(edge)
            yield ChannelHarness(world, edge)
        finally:
            edge.stop()
    finally:
        engine.close()
        world.provider.close()
