"""Telegram, with python-telegram-bot: by a webhook in our own server, or by polling."""

NAME = "telegram"
