"""Language, dates, responses and references: how text is read and written."""
