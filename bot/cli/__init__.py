"""The command line, `regalo`: each command is a module beside this one, loaded when it is used."""

import sys
from importlib import import_module

import typer

from bot.cli.failure import Failure

# Name, what it does, and whether it is hidden: started by other commands, not by people.
COMMANDS = (
    ("run", "Start everything in the foreground; Ctrl-C ends it.", False),
    ("train", "Train the assistant, if what it learns from has changed.", False),
    ("chat", "Talk to a running Regalo as a customer, in the terminal.", False),
    ("understand", "Say what each message of the standard input is about.", False),
    ("eval", "Measure the understanding on messages that never train.", False),
    ("orders", "Import the company's orders.", False),
    ("policy", "Check a compensation policy, explain its decisions, and try another.", False),
    ("agents", "Manage the accounts of agents and supervisors.", False),
    ("queue", "Print the cases that wait for a person.", False),
    ("promises", "Show what customers were promised, and tell them when it is done.", False),
    ("ledger", "Print what was given, verify the ledger, take something back.", False),
    ("spending", "Show, stop or resume what the assistant gives by itself.", False),
    ("telegram", "Register this Regalo's address with Telegram.", False),
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
        # The reader of a pipe has gone (`| head`): do not flush into the closed pipe at exit.
        sys.stdout = None
        sys.exit(0)


def _app(arguments: list[str]) -> typer.Typer:
    """Return the application: the requested command loaded, the others by name only.

    Importing all commands would take seconds, and only one of them runs.
    """
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
    app.callback()(_do_nothing)
    requested = next((word for word in arguments if not word.startswith("-")), None)
    for name, sentence, hidden in COMMANDS:
        if name != requested:
            app.command(name, help=sentence, hidden=hidden)(_do_nothing)
            continue
        module = import_module(f"bot.cli.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name, help=sentence, hidden=hidden)
        else:
            epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in module.EXAMPLES)
            app.command(name, epilog=epilog, hidden=hidden)(module.main)
    return app


def _do_nothing() -> None:
    """Stand in for a command whose module is not loaded."""
