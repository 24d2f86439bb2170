"""The action server: rasa-sdk's own, on loopback, with a token and our action instances."""

import hmac
import warnings
from typing import Any

from rasa_sdk import endpoint
from rasa_sdk.executor import ActionExecutor
from sanic import HTTPResponse, Request, Sanic, response

from actions import chat, compensation, complaint, handoff, identity, status
from actions.turn import TurnAction
from bot.config.settings import Settings, SettingsError
from bot.context.company_context import CompanyContext, load_company_context
from bot.context.policy_reloader import PolicyReloader
from bot.database.session import open_database

ActionsApp = Sanic[Any, Any]
ACTIONS: tuple[type[TurnAction], ...] = (
    chat.Chat,
    chat.NotUnderstood,
    compensation.Affirm,
    compensation.Choose,
    compensation.Deny,
    complaint.TakeComplaint,
    handoff.HandOff,
    handoff.ReturnToBot,
    identity.HelpFindOrder,
    identity.NoteFacts,
    identity.PickOrder,
    status.TellStatus,
)


class Executor(ActionExecutor):  # type: ignore[misc]  # rasa_sdk has no types
    """Runs the actions without Rasa's domain: they render the responses themselves."""

    def update_and_return_domain(
        self, _payload: dict[str, Any], _action_name: str
    ) -> dict[str, Any]:
        """Return no domain: Rasa sends none (``enable_selective_domain`` in endpoints.yml)."""
        return {}


# rasa-sdk 3.21 and Rasa 3.6 use the same protocol; the warning compares their numbers only.
VERSION_WARNING = "Your versions of rasa and rasa_sdk might not be compatible"


def create_app(settings: Settings, context: CompanyContext | None = None) -> ActionsApp:
    """Return the Sanic app that Rasa calls; it refuses calls without the token.

    Raises:
        SettingsError: ACTIONS_TOKEN is missing or empty.
        FileError, ResponsesError: a file of the company is wrong.
    """
    token = settings.actions_token.get_secret_value() if settings.actions_token else ""
    if not token.strip():
        raise SettingsError(
            "ACTIONS_TOKEN is missing or empty: start everything with `regalo run`, which draws a"
            " token, or set it"
        )
    warnings.filterwarnings("ignore", message=VERSION_WARNING)
    db = open_database(settings)
    context = context or load_company_context(settings)
    executor = Executor()
    for action in ACTIONS:
        executor.register_action(action(db, context))
    reloader = PolicyReloader(settings, context)
    app: ActionsApp = endpoint.create_app(executor, cors_origins=[])

    @app.on_request
    async def check_token(request: Request) -> HTTPResponse | None:
        presented = request.args.get("token", "")
        if request.path != "/health" and not hmac.compare_digest(
            presented.encode(), token.encode()
        ):
            return response.json({"error": "the token is missing or wrong"}, status=401)
        return None

    @app.before_server_start
    async def start_reloader(_app: ActionsApp) -> None:
        reloader.start()

    @app.after_server_stop
    async def close(_app: ActionsApp) -> None:
        reloader.stop()
        await db.close()

    return app
