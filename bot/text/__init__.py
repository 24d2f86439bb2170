"""Language, dates, wording and references: how text is read and written."""
