"""Sends to WhatsApp, and interprets Meta's error codes."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import httpx
from aiolimiter import AsyncLimiter

from bot.channels.whatsapp import message_format
from bot.channels.whatsapp.webhook_payload import UNREACHABLE, WINDOW_CLOSED
from bot.config.loopback import is_loopback
from bot.config.settings import Settings
from bot.context.company_context import CompanyContext
from bot.conversation.channel_api import (
    CustomerUnreachable,
    OutgoingMessage,
    Part,
    Receive,
    RemoteFile,
    ResponseLost,
    RetryLater,
    SendError,
    SendRejected,
    WindowClosed,
)

NAME = "whatsapp"
VERSION = "v23.0"
# Meta's default throughput for a number, messages a second.
MOST_A_SECOND = 80
SEND_SECONDS = 15.0
# Meta's error codes: the rate limit of the number, that of one customer, and temporary faults.
# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
RATE_LIMITED = frozenset({4, 80007, 130429, 131048, 131064, 133016})
RATE_LIMITED_FOR_CUSTOMER = 131056
TEMPORARY = frozenset({1, 2, 131000, 131016, 133004})
# The token, the account or its payment: it holds for all customers, until somebody mends it.
ACCOUNT_PROBLEM = frozenset({0, 3, 10, 190, 368, 131005, 131031, 131042, 131045, 133010})
CHANNEL_PAUSE = 10.0  # seconds


class WhatsAppChannel:
    """One WhatsApp number of the company."""

    name = NAME
    # Meta accepts bursts, and reports (131056) when one customer gets too many messages.
    pace = 0.0
    # Meta reports each message that it accepted, with our id. A message whose response was lost is
    # sent again only if no report comes in this time.
    grace = 20.0

    def __init__(self, settings: Settings, context: CompanyContext) -> None:
        self._context = context
        self.phone_number_id = settings.whatsapp_phone_number_id or ""
        self._app_secret = _secret(settings.whatsapp_app_secret)
        self._verify_token = _secret(settings.whatsapp_verify_token)
        self._url = f"{settings.whatsapp_api_url}/{VERSION}"
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {_secret(settings.whatsapp_token)}"},
            timeout=httpx.Timeout(SEND_SECONDS, connect=5),
            limits=httpx.Limits(max_connections=64),
            trust_env=not is_loopback(self._url),
        )
        self._limiter = AsyncLimiter(MOST_A_SECOND, 1)

    # --- what comes in ----------------------------------------------------------------------------

    def is_authentic(self, body: bytes, signature: str | None) -> bool:
        """Return True if Meta signed the raw body with our app's secret."""
        digest = hmac.new(self._app_secret.encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"sha256={digest}".encode(), (signature or "").encode())

    def is_challenge(self, mode: str | None, token: str | None) -> bool:
        """Return True if Meta asks to verify the webhook, with our token."""
        is_token = hmac.compare_digest((token or "").encode(), self._verify_token.encode())
        return mode == "subscribe" and is_token

    async def start(self, receive: Receive) -> None:
        """Do nothing: Meta calls our webhook."""

    async def stop(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    # --- what goes out ----------------------------------------------------------------------------

    def parts(self, out: OutgoingMessage) -> Sequence[Part]:
        """Return the message in WhatsApp's format."""
        return message_format.parts(
            out, self._context.responses.render("choose_here", out.language)
        )

    def template(self, out: OutgoingMessage) -> tuple[Part, bool] | None:
        """Return the company's approved template, if it has one."""
        update = self._context.company.whatsapp_update
        if update is None:
            return None
        return message_format.template(
            out, update.name, update.languages[out.language], update.parameters
        )

    async def send(self, out: OutgoingMessage, part: Part, index: int, count: int) -> str:
        """Send one part."""
        if "path" in part:
            part = {"type": "image", "image": {"id": await self._upload(part)}}
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": out.address,
            # Meta returns it with every report on this message.
            "biz_opaque_callback_data": f"{out.message_id}.{index}.{count}",
            **part,
        }
        answer = await self._post("messages", json=body)
        return str(answer["messages"][0]["id"])

    async def _upload(self, part: Part) -> str:
        try:
            data = part["path"].read_bytes()
        except OSError as error:
            raise SendRejected(str(error)) from error
        file = {"file": ("photo.jpg", data, "image/jpeg")}
        fields = {"messaging_product": "whatsapp", "type": "image/jpeg"}
        answer = await self._post("media", files=file, data=fields)
        return str(answer["id"])

    async def typing(self, address: str, provider_id: str | None) -> None:  # noqa: ARG002
        """Mark the customer's message as read, and show that the bot types, for 25 seconds."""
        if provider_id is not None:
            seen = {
                "status": "read",
                "message_id": provider_id,
                "typing_indicator": {"type": "text"},
            }
            await self._post("messages", json={"messaging_product": "whatsapp", **seen})

    async def close_buttons(
        self, address: str, provider_id: str, text: str, chosen: str | None
    ) -> None:
        """Do nothing: sent messages cannot be changed. A press on a closed button gets a reply."""

    async def fetch(self, file: RemoteFile) -> bytes:
        """Download a file: first its address, then its content."""
        try:
            address = await self._http.get(f"{self._url}/{file.id}")
            if not address.is_success:
                raise _send_error(address)
            content = await self._http.get(address.json()["url"])
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            raise RetryLater(f"{type(error).__name__}: {error}") from error
        if content.is_success:
            return content.content
        why = f"{content.status_code} for the file"
        raise RetryLater(why) if content.status_code >= 500 else SendRejected(why)

    async def _post(self, path: str, **content: Any) -> dict[str, Any]:
        async with self._limiter:
            try:
                url = f"{self._url}/{self.phone_number_id}/{path}"
                answer = await self._http.post(url, **content)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise RetryLater(f"{type(error).__name__}: {error}") from error
            except httpx.HTTPError as error:
                raise ResponseLost(f"{type(error).__name__}: {error}") from error
        if not answer.is_success:
            raise _send_error(answer)
        try:
            result: dict[str, Any] = answer.json()
        except ValueError as error:
            raise ResponseLost("a response that is not JSON") from error
        return result


def _secret(value: Any) -> str:
    return value.get_secret_value() if value else ""


def _send_error(answer: httpx.Response) -> SendError:
    """Return what Meta's error means for the message; the code decides, as Meta documents."""
    try:
        error = answer.json()["error"]
        code, why = int(error["code"]), f"{error['code']}: {error.get('message', '')}"
    except (ValueError, LookupError, TypeError):
        code, why = -1, f"HTTP {answer.status_code}"
    after = answer.headers.get("retry-after", "")
    seconds = float(after) if after.isascii() and after.isdigit() else None
    if code == WINDOW_CLOSED:
        return WindowClosed(why)
    if code in UNREACHABLE:
        return CustomerUnreachable(why)
    if (
        code in RATE_LIMITED
        or code in ACCOUNT_PROBLEM
        or 200 <= code < 300
        or answer.status_code == 429
    ):
        return RetryLater(why, after=seconds or CHANNEL_PAUSE, whole_channel=True)
    if code == RATE_LIMITED_FOR_CUSTOMER:
        return RetryLater(why, after=seconds)
    if code in TEMPORARY or answer.status_code >= 500:
        return RetryLater(why, after=seconds)
    return SendRejected(why)
