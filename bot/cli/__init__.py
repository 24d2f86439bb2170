"""The command line, `regalo`: each command is a module beside this one, loaded when it is used."""

import sys
from importlib import import_module

import typer

from bot.cli.failure import Failure

# Name, what it does, and whether it is one of those that other commands start.
COMMANDS = (
    ("run", "Start everything in the foreground; Ctrl-C ends it.", False),
    ("train", "Train the assistant, if what it learns from has changed.", False),
    ("chat", "Talk to a running Regalo as a customer, in the terminal.", False),
    ("understand", "Say what each message of the standard input is about.", False),
    ("eval", "Measure the understanding on messages that never train.", False),
    ("orders", "Bring the company's orders in.", False),
    ("policy", "Check a compensation policy, explain what it decided, and try another.", False),
    ("agents", "Look after the people who answer customers.", False),
    ("queue", "Print the cases that wait for a person.", False),
    ("promises", "Show what customers were promised, and tell them when it is done.", False),
    ("ledger", "Print what was given, check that it adds up, take it back.", False),
    ("spending", "Show, stop or resume what the assistant gives by itself.", False),
    ("telegram", "Tell Telegram where this Regalo is.", False),
    ("edge", "The process that faces the network.", True),
    ("actions", "The process that acts for the engine.", True),
    ("engine", "The process that leads the dialogue.", True),
    ("announce", "Say when everything is ready.", True),
)


def main() -> None:
    """Run one command."""
    try:
        _app(sys.argv[1:])()
    except Failure as failure:
        print(f"regalo: {failure}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read the output has enough of it; nothing must be flushed into the void.
        sys.stdout = None
        sys.exit(0)


def _app(arguments: list[str]) -> typer.Typer:
    """The application with the wanted command as it is, and the others by name only."""
    app = typer.Typer(
        name="regalo",
        help="Regalo: a complaint is a gift.",
        epilog="`regalo COMMAND --help` has the options and examples of each.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_nothing)
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    for name, sentence, hidden in COMMANDS:
        if name != wanted:
            app.command(name, help=sentence, hidden=hidden)(_nothing)
            continue
        module = import_module(f"bot.cli.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name, help=sentence, hidden=hidden)
        else:
            epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in module.EXAMPLES)
            app.command(name, epilog=epilog, hidden=hidden)(module.main)
    return app


def _nothing() -> None:
    """Stand in for a command whose module is not needed now."""
