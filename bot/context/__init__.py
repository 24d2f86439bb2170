"""What every turn works with: the company, the responses, and the policy in force."""
