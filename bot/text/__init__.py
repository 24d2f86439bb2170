"""Text that customers write and read: its language, its normal forms, dates, responses, replies."""
