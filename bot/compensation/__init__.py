"""Offers and what follows from them: acceptance, fulfilment, redemption, reversal, the breaker."""
