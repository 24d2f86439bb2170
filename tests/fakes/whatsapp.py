"""Meta's Cloud API on loopback, as https://developers.facebook.com/docs/whatsapp/cloud-api has it.

It holds to the documented limits and answers what breaks them with the real codes; it reports what
becomes of messages to the webhook, and closes its window to who has not written for a day.
"""

import hashlib
import hmac
import itertools
import json
import re
import ssl
import threading
import time
from contextlib import suppress
from typing import Any

import httpx

from tests.fakes.provider import FakeProvider, Request, Response
from tests.waiting import wait_until

PHONE_NUMBER_ID = "106540352242922"
APP_SECRET = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
TOKEN = "EAAG-a-system-user's-token"
VERIFY_TOKEN = "a word that we made up"
DAY = 24 * 3600
REPORT_AGAIN = (0.5, 1, 2, 4)  # seconds
# Made once: reading all certificates for each post takes longer than the post.
_TLS = ssl.create_default_context()


class FakeWhatsApp(FakeProvider):
    """The server, with everything that was sent."""

    def __init__(
        self, templates: tuple[tuple[str, str, int], ...] = (("case_update", "es_CO", 2),)
    ) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []
        self.read_marks: list[dict[str, Any]] = []
        self.without_whatsapp: set[str] = set()  # phone numbers
        self.last_wrote: dict[str, float] = {}
        self.templates = {(name, language): values for name, language, values in templates}
        self.media: dict[str, tuple[str, bytes]] = {}
        self.sends_reports = True
        # Meta takes a message first and reports later that the window had closed.
        self.reports_closed_window_late = False
        self.reports_before_answer = False
        self.webhook = ""
        self._ids = itertools.count(1)
        self._reporting: list[threading.Thread] = []

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an edge that uses this server."""
        return {
            "WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
            "WHATSAPP_TOKEN": TOKEN,
            "WHATSAPP_APP_SECRET": APP_SECRET,
            "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
            "WHATSAPP_API_URL": self.url,
        }

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, 190, "Invalid OAuth access token.")
        if request.method == "GET":
            return self._media(request.path.rpartition("/")[2], request.path)
        if request.path.endswith(f"/{PHONE_NUMBER_ID}/media"):
            media_id = str(next(self._ids))
            self.media[media_id] = ("image/jpeg", request.body)
            return 200, {"id": media_id}
        if not request.path.endswith(f"/{PHONE_NUMBER_ID}/messages"):
            return _error(400, 100, f"Unsupported post request: {request.path}")
        body = json.loads(request.body)
        if body.get("messaging_product") != "whatsapp":
            return _error(400, 100, "The parameter messaging_product is required.")
        if body.get("status") == "read":
            self.read_marks.append(body)
            return 200, {"success": True}
        return self.with_next_fault(lambda: self._send(body))

    def _media(self, media_id: str, path: str) -> Response:
        media_id = media_id.partition("?")[0]
        if media_id not in self.media:
            return _error(400, 100, "Unsupported get request. Object does not exist")
        kind, data = self.media[media_id]
        if path.startswith("/files/"):
            return 200, data
        url = f"{self.url}/files/{media_id}"
        return 200, {"messaging_product": "whatsapp", "url": url, "mime_type": kind, "id": media_id}

    def _send(self, body: dict[str, Any]) -> Response:
        to = body["to"]
        if (wrong := _wrong(body) or self._wrong_template(body)) is not None:
            return wrong
        closed = time.time() - self.last_wrote.get(to, 0) > DAY and body["type"] != "template"
        if closed and not self.reports_closed_window_late:
            return _error(400, 131047, "Re-engagement message")
        wamid = f"wamid.OUT{next(self._ids):08d}"
        failed = 131047 if closed else 131026 if to in self.without_whatsapp else 0
        if not failed:
            with self.lock:
                self.sent.append({**body, "id": wamid, "at": time.monotonic()})
        if self.sends_reports and self.webhook:
            told = ["failed"] if failed else ["sent", "delivered"]
            self._report(to, wamid, told, failed, body.get("biz_opaque_callback_data"))
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to}],
            "messages": [{"id": wamid}],
        }

    def _wrong_template(self, body: dict[str, Any]) -> Response | None:
        if body["type"] != "template":
            return None
        template = body["template"]
        wanted = self.templates.get((template["name"], template["language"]["code"]))
        if wanted is None:
            return _error(404, 132001, "Template name does not exist in the translation")
        values = [one["text"] for part in template["components"] for one in part["parameters"]]
        if len(values) != wanted:
            return _error(400, 132000, "Number of parameters does not match the expected number")
        if any(re.search(r"[\n\t]| {4}", value) or not value for value in values):
            return _error(400, 132018, "Param text cannot have new-line/tab characters")
        return None

    def _report(
        self, to: str, wamid: str, states: list[str], code: int, callback: str | None
    ) -> None:
        statuses = [status(wamid, state, to, code, callback) for state in states]
        thread = threading.Thread(target=self._post, args=(statuses,), daemon=True)
        self._reporting.append(thread)
        thread.start()
        if self.reports_before_answer:
            thread.join(10)

    def _post(self, statuses: list[dict[str, Any]]) -> None:
        for one in statuses:
            for pause in REPORT_AGAIN:
                with suppress(httpx.TransportError):
                    deliver(self.webhook, post(statuses=[one]))
                    break
                # Meta tries again for days, at growing distances; a test's edge is back in seconds.
                time.sleep(pause)

    # --- for tests --------------------------------------------------------------------------------

    def sent_to(self, phone: str) -> list[dict[str, Any]]:
        """Return the messages sent to a phone number."""
        with self.lock:
            return [one for one in self.sent if one["to"] == phone]

    def close(self) -> None:
        for thread in self._reporting:
            thread.join(5)
        super().close()


def _wrong(body: dict[str, Any]) -> Response | None:
    """Return Meta's error for a message that breaks a limit, or None."""
    kind = body["type"]
    if kind == "text":
        return None if 1 <= len(body["text"]["body"]) <= 4096 else _bad("text.body is too long")
    if kind != "interactive":
        return None if kind in {"template", "image"} else _bad(f"type {kind}")
    shape = body["interactive"]
    text, action = shape["body"]["text"], shape["action"]
    if shape["type"] == "button":
        titles = [one["reply"]["title"] for one in action["buttons"]]
        ids = [one["reply"]["id"] for one in action["buttons"]]
        fits = len(titles) <= 3 and len(text) <= 1024 and all(1 <= len(t) <= 20 for t in titles)
    else:
        rows = [row for section in action["sections"] for row in section["rows"]]
        titles, ids = [row["title"] for row in rows], [row["id"] for row in rows]
        fits = (
            1 <= len(rows) <= 10
            and len(text) <= 4096
            and 1 <= len(action["button"]) <= 20
            and all(1 <= len(title) <= 24 for title in titles)
            and all(1 <= len(row.get("description", "x")) <= 72 for row in rows)
        )
    fits = fits and bool(text.strip()) and len(set(titles)) == len(titles) == len(set(ids))
    return None if fits else _bad("interactive breaks a limit")


def _bad(details: str) -> Response:
    return _error(400, 131009, f"Parameter value is not valid: {details}")


def _error(status_code: int, code: int, message: str) -> Response:
    return status_code, {
        "error": {
            "message": f"(#{code}) {message}",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": message},
            "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
        }
    }


def status(
    wamid: str, state: str, to: str, code: int = 0, callback: str | None = None
) -> dict[str, Any]:
    """Return a delivery report on a message, as Meta posts it."""
    report: dict[str, Any] = {
        "id": wamid,
        "status": state,
        "timestamp": str(int(time.time())),
        "recipient_id": to,
    }
    if callback is not None:
        report["biz_opaque_callback_data"] = callback
    if code:
        report["errors"] = [{"code": code, "title": "failed", "message": "failed"}]
    return report


def post(
    *messages: dict[str, Any],
    statuses: list[dict[str, Any]] | None = None,
    phone_number_id: str = PHONE_NUMBER_ID,
) -> dict[str, Any]:
    """Return the body of a post to the webhook."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": phone_number_id},
    }
    if messages:
        senders = dict.fromkeys(one["from"] for one in messages)
        value["contacts"] = [{"profile": {"name": "Ana"}, "wa_id": one} for one in senders]
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = statuses
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": "102290129340398", "changes": [{"value": value, "field": "messages"}]},
        ],
    }


def sign(body: bytes, secret: str = APP_SECRET) -> str:
    """Return Meta's signature of a body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def deliver(url: str, content: object, signature: str | None = "right") -> httpx.Response:
    """Post to the webhook, signed."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Content-Type": "application/json"}
    if signature is not None:
        headers["X-Hub-Signature-256"] = sign(body) if signature == "right" else signature
    return httpx.post(url, content=body, headers=headers, verify=_TLS, trust_env=False, timeout=20)


class WhatsAppUser:
    """A WhatsApp user; what they do is posted to the edge's webhook."""

    _phones = itertools.count(573_400_000_001)
    _ids = itertools.count(1)

    def __init__(self, whatsapp: FakeWhatsApp, edge_url: str, phone: str | None = None) -> None:
        self.whatsapp = whatsapp
        self.url = f"{edge_url}/channels/whatsapp"
        self.phone = phone or str(next(self._phones))
        self._seen = 0

    def message(self, kind: str = "text", *, age: float = 0, **what: Any) -> dict[str, Any]:
        """Return a message of this user, as it stands in a post."""
        at = time.time() - age
        self.whatsapp.last_wrote[self.phone] = max(self.whatsapp.last_wrote.get(self.phone, 0), at)
        return {
            "from": self.phone,
            "id": f"wamid.IN{next(self._ids):08d}",
            "timestamp": str(int(at)),
            "type": kind,
            **what,
        }

    def text_message(self, text: str, **more: Any) -> dict[str, Any]:
        """Return a text message."""
        return self.message(text={"body": text}, **more)

    def send(self, *messages: dict[str, Any]) -> None:
        """Deliver messages to the edge in one post, as Meta does."""
        assert deliver(self.url, post(*messages)).status_code == 200

    def send_text(self, text: str) -> None:
        """Send a text."""
        self.send(self.text_message(text))

    def press(self, token: str, title: str = "x", kind: str = "button_reply") -> None:
        """Press a button, or a row of a list."""
        reply = {"type": kind, kind: {"id": token, "title": title}}
        self.send(self.message("interactive", interactive=reply))

    def wait_for_messages(self, least: int = 1, within: float = 20) -> list[dict[str, Any]]:
        """Wait for at least ``least`` new messages; return all that came since the last call."""
        everything = wait_until(
            lambda: (got := self.whatsapp.sent_to(self.phone))[self._seen + least - 1 :] and got,
            within,
            f"{least} messages to {self.phone}",
        )
        new = everything[self._seen :]
        self._seen = len(everything)
        return new

    def wait_for_message_with(self, what: str, within: float = 30) -> list[dict[str, Any]]:
        """Wait for a message with this text (if empty: with buttons); return all until then."""
        got: list[dict[str, Any]] = []
        while not any(what in text_of(one) if what else choices_of(one) for one in got):
            got += self.wait_for_messages(within=within)
        return got


def text_of(message: dict[str, Any]) -> str:
    """Return the text of a sent message."""
    if message["type"] == "text":
        return str(message["text"]["body"])
    if message["type"] == "interactive":
        return str(message["interactive"]["body"]["text"])
    if message["type"] == "template":
        values = message["template"]["components"][0]["parameters"]
        return " ".join(one["text"] for one in values)
    return ""


def choices_of(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Return title and token of each button or row of a sent message."""
    if message["type"] != "interactive":
        return []
    action = message["interactive"]["action"]
    if "buttons" in action:
        return [(one["reply"]["title"], one["reply"]["id"]) for one in action["buttons"]]
    return [(row["title"], row["id"]) for section in action["sections"] for row in section["rows"]]
