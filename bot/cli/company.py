"""The company's files, loaded for a command."""

from pathlib import Path

from bot.canned import load_answers
from bot.cause import load_causes
from bot.checked_file import FileError
from bot.cli.failure import Failure
from bot.company import Company, load_company
from bot.policy_file import load_policy
from bot.policy_model import Policy
from bot.settings import Settings

POLICY = "policy.yml"


def company_or_fail(settings: Settings, policy: Path | None = None) -> tuple[Company, Policy]:
    """Profile and policy, or every line of any of the company's files that is wrong."""
    try:
        load_causes(settings.company_dir)
        load_answers(settings.company_dir)
        company = load_company(settings.company_dir)
        path = policy or settings.company_dir / POLICY
        return company, load_policy(path, company, has_webhook=settings.provider_enabled)
    except FileError as error:
        raise Failure(str(error)) from None
