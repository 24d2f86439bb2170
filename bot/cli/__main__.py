"""`python -m bot.cli`: the command line, for the processes that start one another."""

from bot.cli import main

main()
