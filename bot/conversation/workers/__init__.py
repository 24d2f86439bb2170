"""Background work: the scheduler, promise reminders, and fulfilment by the company's system."""
