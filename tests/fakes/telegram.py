"""Telegram's Bot API on loopback, as https://core.telegram.org/bots/api describes it.

It holds to the documented limits (1 to 4096 characters, 64 bytes under a button, one message a
second to a chat, thirty in all) and answers what breaks them as Telegram does.
"""

import itertools
import json
import time
from collections import deque
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

import httpx

from tests.fakes.provider import FakeProvider, Request, Response
from tests.waiting import wait_until

TOKEN = "123456:AAfakefakefakefakefakefakefakefakefa"
SECRET = "a-webhook-secret"


class FakeTelegram(FakeProvider):
    """The server, with everything that the bot has done."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []
        self.edits: list[dict[str, Any]] = []
        self.presses_answered: list[str] = []
        self.typing: list[int] = []
        self.left: list[int] = []
        self.commands: dict[str, list[str]] = {}
        self.blocked_by: set[int] = set()
        self.files: dict[str, bytes] = {}
        self.webhook: dict[str, Any] = {}
        self.updates: list[dict[str, Any]] = []
        self.rate_limited = 0
        self._ids = itertools.count(1000)
        self._last: dict[int, float] = {}
        self._recent: deque[float] = deque()

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an edge that uses this server with a webhook."""
        return {
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.url,
            "TELEGRAM_MODE": "webhook",
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
        }

    def answer(self, request: Request) -> Response:
        if request.path.startswith(f"/file/bot{TOKEN}/"):
            data = self.files.get(request.path.rpartition("/")[2])
            return (200, data) if data is not None else (404, b"")
        if not request.path.startswith(f"/bot{TOKEN}/"):
            return _error(401, "Unauthorized")
        fields = _fields(request)
        method = request.path.rpartition("/")[2]
        do = getattr(self, f"_{method}", None)
        if do is None:
            return _error(404, "Not Found: method not found")
        answer: Response = do(fields)
        return answer

    def _getMe(self, _: dict[str, Any]) -> Response:  # noqa: N802 - Telegram names it
        return _ok({"id": 123456, "is_bot": True, "first_name": "Regalo", "username": "regalo_bot"})

    def _sendMessage(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        text = fields.get("text", "")
        if not text.strip():
            return _error(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            return _error(400, "Bad Request: message is too long")
        return self._send(fields, {"text": text})

    def _sendPhoto(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        return self._send(fields, {"photo": [_photo(fields)], "text": ""})

    def _send(self, fields: dict[str, Any], what: dict[str, Any]) -> Response:
        chat = int(fields["chat_id"])
        markup = json.loads(fields.get("reply_markup") or "{}")
        for row in markup.get("inline_keyboard", ()):
            for button in row:
                if not 1 <= len(button.get("callback_data", "x").encode()) <= 64:
                    return _error(400, "Bad Request: BUTTON_DATA_INVALID")

        def send() -> Response:
            with self.lock:
                if chat in self.blocked_by:
                    return _error(403, "Forbidden: bot was blocked by the user")
                if wait := self._too_fast(chat):
                    self.rate_limited += 1
                    return _error(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
                message_id = next(self._ids)
                self.sent.append(
                    {
                        "chat_id": chat,
                        "message_id": message_id,
                        "buttons": [
                            (button["text"], button["callback_data"])
                            for row in markup.get("inline_keyboard", ())
                            for button in row
                        ],
                        "keyboard": markup.get("keyboard"),
                        "at": time.monotonic(),
                        **what,
                    }
                )
                return _ok(self._message(chat, message_id, what))

        return self.with_next_fault(send)

    def _message(self, chat: int, message_id: int, what: dict[str, Any]) -> dict[str, Any]:
        return {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "Ana"},
            **what,
        }

    def _too_fast(self, chat: int) -> int:
        now = time.monotonic()
        while self._recent and now - self._recent[0] > 1:
            self._recent.popleft()
        # Half a second of tolerance: messages that were sent in time may arrive close together.
        if now - self._last.get(chat, 0) < 0.5 or len(self._recent) >= 30 + 15:
            return 1
        self._last[chat] = now
        self._recent.append(now)
        return 0

    def _sendChatAction(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        self.typing.append(int(fields["chat_id"]))
        return _ok(result=True)

    def _answerCallbackQuery(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        self.presses_answered.append(fields["callback_query_id"])
        return _ok(result=True)

    def _editMessageText(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        self.edits.append(fields)
        chat, message_id = int(fields["chat_id"]), int(fields["message_id"])
        return _ok(self._message(chat, message_id, {"text": fields["text"]}))

    def _editMessageReplyMarkup(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        self.edits.append(fields)
        return _ok(self._message(int(fields["chat_id"]), int(fields["message_id"]), {"text": "x"}))

    def _leaveChat(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        self.left.append(int(fields["chat_id"]))
        return _ok(result=True)

    def _setMyCommands(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        named = [one["command"] for one in json.loads(fields["commands"])]
        self.commands[fields.get("language_code", "")] = named
        return _ok(result=True)

    def _setWebhook(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        self.webhook = fields
        return _ok(result=True)

    def _deleteWebhook(self, _: dict[str, Any]) -> Response:  # noqa: N802
        self.webhook = {}
        return _ok(result=True)

    def _getWebhookInfo(self, _: dict[str, Any]) -> Response:  # noqa: N802
        info = {"has_custom_certificate": False, "pending_update_count": 0}
        return _ok({"url": self.webhook.get("url", ""), **info})

    def _getUpdates(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        if self.webhook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(fields.get("offset") or 0)
        until_then = time.monotonic() + min(float(fields.get("timeout") or 0), 0.5)
        while time.monotonic() < until_then:
            with self.lock:
                self.updates = [one for one in self.updates if one["update_id"] >= offset]
                if self.updates:
                    break
            time.sleep(0.02)
        return _ok(self.updates[:100])

    def _getFile(self, fields: dict[str, Any]) -> Response:  # noqa: N802
        name = fields["file_id"]
        if name not in self.files:
            return _error(400, "Bad Request: invalid file_id")
        if len(self.files[name]) > 20 * 1024 * 1024:
            return _error(400, "Bad Request: file is too big")
        size = len(self.files[name])
        found = {"file_id": name, "file_unique_id": name, "file_size": size, "file_path": name}
        return _ok(found)

    # --- for tests --------------------------------------------------------------------------------

    def sent_to(self, chat: int) -> list[dict[str, Any]]:
        """Return the messages sent to a chat."""
        with self.lock:
            return [one for one in self.sent if one["chat_id"] == chat]


class TelegramUser:
    """A Telegram user; what they do is posted to the edge's webhook."""

    _chats = itertools.count(7_000_001)
    _updates = itertools.count(90_000_001)

    def __init__(self, telegram: FakeTelegram, edge_url: str, language: str = "es") -> None:
        self.telegram = telegram
        self.url = f"{edge_url}/channels/telegram"
        self.chat = next(self._chats)
        self._language = language
        self._ids = itertools.count(1)
        self._seen = 0

    def update(self, **what: Any) -> dict[str, Any]:
        """Return an update of this user, as Telegram sends it."""
        return {"update_id": next(self._updates), **what}

    def message(self, **what: Any) -> dict[str, Any]:
        """Return the update for a message."""
        return self.update(message=self.message_fields(**what))

    def message_fields(self, **what: Any) -> dict[str, Any]:
        return {
            "message_id": next(self._ids),
            "date": int(time.time()),
            "chat": {"id": self.chat, "type": "private", "first_name": "Ana"},
            "from": self.user,
            **what,
        }

    @property
    def user(self) -> dict[str, Any]:
        return {
            "id": self.chat,
            "is_bot": False,
            "first_name": "Ana",
            "language_code": self._language,
        }

    def post(self, update: object, secret: str | None = SECRET) -> httpx.Response:
        """Deliver an update to the edge, as Telegram does."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        return httpx.post(self.url, json=update, headers=headers, trust_env=False, timeout=10)

    def send_text(self, text: str, **more: Any) -> dict[str, Any]:
        """Send a text; return its update."""
        update = self.message(text=text, **more)
        assert self.post(update).status_code == 200
        return update

    def press(self, token: str) -> dict[str, Any]:
        """Press a button."""
        update = self.update(
            callback_query={
                "id": f"press-{next(self._ids)}",
                "from": self.user,
                "chat_instance": "1",
                "data": token,
                "message": self.message_fields(text="x"),
            }
        )
        assert self.post(update).status_code == 200
        return update

    def wait_for_messages(self, least: int = 1, within: float = 20) -> list[dict[str, Any]]:
        """Wait for at least ``least`` new messages; return all that came since the last call."""
        everything = wait_until(
            lambda: (got := self.telegram.sent_to(self.chat))[self._seen + least - 1 :] and got,
            within,
            f"{least} messages to {self.chat}",
        )
        new = everything[self._seen :]
        self._seen = len(everything)
        return new

    def wait_for_message_with(self, what: str, within: float = 30) -> list[dict[str, Any]]:
        """Wait for a message with this text (if empty: with buttons); return all until then."""
        got: list[dict[str, Any]] = []
        while not any(what in one["text"] if what else one["buttons"] for one in got):
            got += self.wait_for_messages(within=within)
        return got


def _fields(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        raw = f"Content-Type: {kind}\r\n\r\n".encode() + request.body
        found: dict[str, Any] = {}
        for part in BytesParser(policy=HTTP).parsebytes(raw).iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            found[name] = data if part.get_filename() else data.decode()
        return found
    if kind.startswith("application/json"):
        loaded: dict[str, Any] = json.loads(request.body or b"{}")
        return loaded
    return dict(parse_qsl(request.body.decode())) | request.query


def _photo(fields: dict[str, Any]) -> dict[str, Any]:
    size = len(fields.get("photo") or b"")
    return {"file_id": "sent", "file_unique_id": "s", "width": 1, "height": 1, "file_size": size}


def _ok(result: object) -> Response:
    return 200, {"ok": True, "result": result}


def _error(code: int, description: str, **parameters: object) -> Response:
    error: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        error["parameters"] = parameters
    return code, error
