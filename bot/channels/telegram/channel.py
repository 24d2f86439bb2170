"""Sends to Telegram, and polls it for updates where no webhook can reach us."""

import asyncio
import hmac
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

import structlog
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)
from telegram.error import Conflict, TelegramError

from bot.channels.telegram import NAME
from bot.channels.telegram.client import RETRY_SECONDS, create_bot, send_error
from bot.channels.telegram.updates import ALLOWED_UPDATES, ParsedUpdate, UpdateRefused, parse
from bot.channels.text_limits import split
from bot.config.settings import Settings
from bot.context.company_context import CompanyContext
from bot.conversation.channel_api import OutgoingMessage, Part, Receive, RemoteFile
from bot.metrics import REFUSED

log = structlog.get_logger()
LONGEST_TEXT = 4096
POLL_SECONDS = 25
# Responses with a question that is answered by sharing one's phone.
ASKS_FOR_CONTACT = ("ask_order", "ask_order_useful", "ask_contact", "ask_contact_again")
COMMANDS = {
    "es": {"start": "start", "ayuda": "help", "persona": "person", "estado": "status"},
    "en": {"start": "start", "help": "help", "person": "person", "status": "status"},
}


class TelegramChannel:
    """One Telegram bot."""

    name = NAME
    pace = 1.0
    # Telegram sends no delivery reports, so a message whose response was lost is sent again. Twice
    # is better than never, and its buttons work only once.
    grace = 0.0

    def __init__(self, settings: Settings, context: CompanyContext) -> None:
        self._context = context
        self._is_polling = settings.telegram_mode == "polling"
        secret = settings.telegram_webhook_secret
        self._secret = secret.get_secret_value() if secret else None
        self._bot = create_bot(settings)
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what comes in ----------------------------------------------------------------------------

    def is_authentic(self, token: str | None) -> bool:
        """Return True if a webhook request has the secret that was given to Telegram."""
        if self._secret is None or not token:
            return False
        return hmac.compare_digest(token.encode(), self._secret.encode())

    async def receive(self, raw: object, receive: Receive) -> None:
        """Store an update, and then answer Telegram what it waits for."""
        try:
            update = parse(raw, self._context.company.country)
        except UpdateRefused:
            REFUSED.labels(NAME, "bad_update").inc()
            return
        if update.events:
            await receive(NAME, update.events)
        self._follow_up(update)

    def _follow_up(self, update: ParsedUpdate) -> None:
        if update.press_id is not None:
            self._begin(self._confirm_press(update.press_id))
        if update.group_id is not None:
            self._begin(self._leave_group(update.group_id, update.language))

    async def _confirm_press(self, press_id: str) -> None:
        await self._bot.answer_callback_query(press_id)

    async def _leave_group(self, group_id: int, language: str) -> None:
        spoken = self._context.company.choose_language(language)
        # The group is left even if the message cannot be sent.
        with suppress(TelegramError):
            await self._bot.send_message(
                group_id, self._context.responses.render("group_declined", spoken)
            )
        await self._bot.leave_chat(group_id)

    async def start(self, receive: Receive) -> None:
        """Register the commands; start polling if the settings say so."""
        self._begin(self._introduce())
        if self._is_polling:
            self._begin(self._poll(receive))

    async def stop(self) -> None:
        """Stop polling, and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._bot.shutdown()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        async def shielded() -> None:
            try:
                await work
            except TelegramError as error:
                log.info("telegram_refused", why=str(error))
            except Exception:
                log.exception("telegram_failed")

        task = asyncio.create_task(shielded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _introduce(self) -> None:
        """Register the commands in each language, and as the default; retry until it works."""
        company = self._context.company
        while True:
            try:
                await self._bot.initialize()
                for language in (None, *company.languages):
                    spoken = language or company.languages[0]
                    await self._bot.set_my_commands(
                        [
                            BotCommand(
                                name, self._context.responses.render(f"command_{what}", spoken)
                            )
                            for name, what in COMMANDS[spoken].items()
                        ],
                        language_code=language,
                    )
                return
            except TelegramError as error:
                log.warning("telegram_away", why=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _poll(self, receive: Receive) -> None:
        """Poll for updates. Each is confirmed by the next poll, once it is stored."""
        offset: int | None = None
        webhook_is_off = False
        while True:
            try:
                webhook_is_off = webhook_is_off or await self._bot.delete_webhook()
                updates = await self._bot.get_updates(
                    offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED_UPDATES
                )
                for update in updates:
                    await self.receive(update.to_dict(), receive)
                    offset = update.update_id + 1
            except Conflict as error:
                # Another process polls with this token, or somebody has set a webhook.
                log.warning("telegram_conflict", why=str(error))
                webhook_is_off = False
                await asyncio.sleep(RETRY_SECONDS)
            except TelegramError as error:
                log.warning("telegram_away", why=str(error))
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                # The update is not stored, so it is not confirmed, and comes again.
                log.exception("telegram_failed")
                await asyncio.sleep(RETRY_SECONDS)

    # --- what goes out ----------------------------------------------------------------------------

    def parts(self, out: OutgoingMessage) -> Sequence[Part]:
        """Return the photos, then the pieces of the text; the buttons are under the last."""
        details = [f"• {button.title}: {button.detail}" for button in out.buttons if button.detail]
        text = "\n\n".join((out.text, "\n".join(details))) if details else out.text
        pieces = split(text, LONGEST_TEXT) if text.strip() else []
        parts: list[Part] = [{"photo": path} for path in out.photos]
        parts += [{"text": piece} for piece in pieces]
        if parts and out.buttons:
            parts[-1]["reply_markup"] = InlineKeyboardMarkup(
                [
                    [InlineKeyboardButton(button.title, callback_data=button.token)]
                    for button in out.buttons
                ]
            )
        elif parts and self._asks_for_contact(out):
            share = self._context.responses.render("share_phone", out.language)
            parts[-1]["reply_markup"] = ReplyKeyboardMarkup(
                [[KeyboardButton(share, request_contact=True)]],
                resize_keyboard=True,
                one_time_keyboard=True,
            )
        return parts

    def _asks_for_contact(self, out: OutgoingMessage) -> bool:
        return any(
            self._context.responses.render(name, out.language) in out.text
            for name in ASKS_FOR_CONTACT
        )

    def template(self, out: OutgoingMessage) -> None:
        """Return None: Telegram has no window after which only templates may be sent."""

    async def send(self, out: OutgoingMessage, part: Part, index: int, count: int) -> str:  # noqa: ARG002
        """Send one part."""
        chat = int(out.address)
        try:
            if "photo" in part:
                sent = await self._bot.send_photo(
                    chat, part["photo"].read_bytes(), reply_markup=part.get("reply_markup")
                )
            else:
                sent = await self._bot.send_message(
                    chat, part["text"], reply_markup=part.get("reply_markup")
                )
        except (TelegramError, OSError) as error:
            raise send_error(error) from error
        return f"{chat}:{sent.message_id}"

    async def typing(self, address: str, provider_id: str | None) -> None:  # noqa: ARG002
        """Show that the bot types, for five seconds."""
        try:
            await self._bot.send_chat_action(int(address), "typing")
        except TelegramError as error:
            raise send_error(error) from error

    async def close_buttons(
        self, address: str, provider_id: str, text: str, chosen: str | None
    ) -> None:
        """Replace the buttons by the title that was chosen, if any was."""
        message_id = int(provider_id.partition(":")[2])
        try:
            if chosen is None:
                await self._bot.edit_message_reply_markup(int(address), message_id)
            else:
                settled = f"{split(text, LONGEST_TEXT)[-1]}\n\n✓ {chosen}"[-LONGEST_TEXT:]
                await self._bot.edit_message_text(settled, int(address), message_id)
        except TelegramError as error:
            raise send_error(error) from error

    async def fetch(self, file: RemoteFile) -> bytes:
        """Download a file."""
        try:
            remote = await self._bot.get_file(file.id)
            return bytes(await remote.download_as_bytearray())
        except TelegramError as error:
            raise send_error(error) from error
