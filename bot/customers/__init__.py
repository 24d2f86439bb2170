"""Who the customer is: contacts, their orders, proof of identity, and the conversation's row."""
