"""The company's profile and policy, loaded for a command."""

from pathlib import Path

from bot.checked_file import FileError
from bot.cli.failure import Failure
from bot.company import Company, load_company
from bot.policy_file import load_policy
from bot.policy_model import Policy
from bot.settings import Settings

POLICY = "policy.yml"


def company_or_fail(settings: Settings, policy: Path | None = None) -> tuple[Company, Policy]:
    """Both, or every line of them that is wrong."""
    try:
        company = load_company(settings.company_dir)
        return company, load_policy(policy or settings.company_dir / POLICY, company)
    except FileError as error:
        raise Failure(str(error)) from None
