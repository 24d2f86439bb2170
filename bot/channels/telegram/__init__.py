"""Telegram, by python-telegram-bot: a webhook in our own server, or polling on a laptop."""

NAME = "telegram"
