"""`regalo orders`: import the company's orders."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.company import company_or_fail
from bot.cli.database import run_write
from bot.cli.failure import Failure, settings_or_fail
from bot.customers.order_import import OrderRow, OrdersFileError, read_orders, store_orders

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  regalo orders import orders.csv
  your-export | regalo orders import -"""


@app.callback()
def _orders() -> None:
    """Import the company's orders."""


@app.command("import", epilog=EXAMPLES)
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8; - for standard input.")],
) -> None:
    """Add the orders of a CSV file, and update those that are known.

    The header must be order_number,customer_name,email,phone,total,currency,placed_at,
    promised_at,delivered_at,status,items; the columns signed_by and address may follow. A file
    with any mistake changes nothing.
    """
    settings = settings_or_fail()
    company, _ = company_or_fail(settings)
    try:
        rows = _read(file)
    except OrdersFileError as error:
        raise Failure(str(error)) from None
    except UnicodeDecodeError:
        raise Failure(f"{file} is not a text file in UTF-8: save it as CSV UTF-8") from None
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from None
    added, updated = run_write(
        settings,
        lambda session: store_orders(
            session,
            rows,
            region=company.country,
            timezone=company.time_zone,
            secret=settings.secret_key.get_secret_value(),
        ),
    )
    print(f"{added} orders added, {updated} brought up to date.")


def _read(file: Path) -> list[OrderRow]:
    if str(file) == "-":
        return read_orders(sys.stdin, "standard input")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return read_orders(lines, str(file))
