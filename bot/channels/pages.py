"""Serves the demo shop and the widget's files, with security headers."""

import re
from pathlib import Path

from sanic import Blueprint, HTTPResponse, Request, response
from sanic.exceptions import NotFound

WEB = Path(__file__).parent.parent / "web"
pages = Blueprint("pages")

# The demo shop loads nothing from other sites; photos are shown from blobs that the page makes.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


@pages.route("/", methods=["GET", "HEAD"])
async def shop(_request: Request) -> HTTPResponse:
    """Send the demo shop with the chat."""
    return await _page("index.html")


@pages.route("/en", methods=["GET", "HEAD"])
async def shop_in_english(_request: Request) -> HTTPResponse:
    """Send the demo shop in English."""
    return await _page("en.html")


async def _page(name: str) -> HTTPResponse:
    return await response.file(
        WEB / name,
        headers={
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-cache",
        },
    )


@pages.route("/widget.js", methods=["GET", "HEAD"], name="widget_script")
async def widget_script(_request: Request) -> HTTPResponse:
    """Send the script that any page can embed."""
    return await _asset(WEB / "widget.js")


@pages.route("/shop.css", methods=["GET", "HEAD"])
async def shop_style(_request: Request) -> HTTPResponse:
    """Send the demo shop's style sheet."""
    return await _asset(WEB / "shop.css")


@pages.route("/widget/<name:str>", methods=["GET", "HEAD"], name="widget_part")
async def widget_part(_request: Request, name: str) -> HTTPResponse:
    """Send a module or a style sheet of the widget."""
    return await _part(WEB / "widget", name)


@pages.route("/shared/<name:str>", methods=["GET", "HEAD"], name="shared_part")
async def shared_part(_request: Request, name: str) -> HTTPResponse:
    """Send a module or a style sheet that the widget shares with the console."""
    return await _part(WEB / "shared", name)


async def _part(folder: Path, name: str) -> HTTPResponse:
    if not re.fullmatch(r"[a-z_-]+\.(?:js|css|svg)", name):
        raise NotFound(f"there is no {name}")
    try:
        return await _asset(folder / name)
    except FileNotFoundError:
        raise NotFound(f"there is no {name}") from None


async def _asset(path: Path) -> HTTPResponse:
    # Pages of any origin load the modules; nothing in them is private.
    return await response.file(
        path,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        },
    )
