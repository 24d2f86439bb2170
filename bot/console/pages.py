"""The console's page and its files, with security headers."""

import re
from pathlib import Path

from sanic import Blueprint, HTTPResponse, Request, response
from sanic.exceptions import NotFound

WEB = Path(__file__).parent.parent / "web"
console_pages = Blueprint("console_pages", url_prefix="/console")

# Only our own resources, and no framing, which prevents clickjacking.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@console_pages.route("/", methods=["GET", "HEAD"])
async def show(_request: Request) -> HTTPResponse:
    """Send the page, which asks for the sign-in itself."""
    return await response.file(WEB / "console" / "index.html", headers=SECURITY_HEADERS)


@console_pages.route("/files/<name:str>", methods=["GET", "HEAD"])
async def part(_request: Request, name: str) -> HTTPResponse:
    """Send a module or style sheet of the page."""
    return await _file(WEB / "console", name)


@console_pages.route("/shared/<name:str>", methods=["GET", "HEAD"])
async def shared_part(_request: Request, name: str) -> HTTPResponse:
    """Send a module or style sheet that the chat uses as well."""
    return await _file(WEB / "shared", name)


async def _file(folder: Path, name: str) -> HTTPResponse:
    if not re.fullmatch(r"[a-z_-]+\.(?:js|css|svg)", name):
        raise NotFound(f"there is no {name}")
    try:
        return await response.file(folder / name, headers=SECURITY_HEADERS)
    except FileNotFoundError:
        raise NotFound(f"there is no {name}") from None
