"""Tables without lines, for what the commands print."""

from rich.console import Console
from rich.table import Table


def text_table(*headings: str, unbroken: tuple[str, ...] = ()) -> Table:
    """Return an empty table of words; columns fold, but for those named in ``unbroken``."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in unbroken)
    return table


def figures_table(first: str, *others: str) -> Table:
    """Return an empty table with words in the first column and figures in the others."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold")
    for heading in others:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def print_table(table: Table) -> None:
    """Print a table as it is, without colouring what looks like a number or a name."""
    Console(highlight=False).print(table)
