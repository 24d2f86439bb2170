"""Loading the company's files for a command."""

from pathlib import Path

from bot.cli.failure import Failure
from bot.company.canned_answers import load_canned_answers
from bot.company.causes import load_causes
from bot.company.profile import Company, load_company
from bot.config.settings import Settings
from bot.config.yaml_schema import FileError
from bot.policy.loader import POLICY_FILE, load_policy
from bot.policy.model import Policy


def company_or_fail(settings: Settings, policy: Path | None = None) -> tuple[Company, Policy]:
    """Return profile and policy.

    Raises:
        Failure: with every mistake in any of the company's files, by file and line.
    """
    try:
        load_causes(settings.company_dir)
        load_canned_answers(settings.company_dir)
        company = load_company(settings.company_dir)
        path = policy or settings.company_dir / POLICY_FILE
        return company, load_policy(path, company, has_webhook=settings.provider_enabled)
    except FileError as error:
        raise Failure(str(error)) from None
