"""Offers, and what becomes of them: acceptance, fulfilment, vouchers, reversal, the breaker."""
