"""The custom actions of Rasa: a thin layer between its tracker and the domain in ``bot``."""
