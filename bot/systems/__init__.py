"""What the company's own systems ask of us: callbacks on remedies, and vouchers to be spent."""
