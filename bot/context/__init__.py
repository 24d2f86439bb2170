"""What every turn works with: the company, the wording, and the policy in force."""
