"""The queue of cases that need a human: assignment, waiting time, wallboard."""
