"""Routes for the company's own systems: the provider's callbacks, and the vouchers' API."""
