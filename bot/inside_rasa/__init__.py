"""What we add to Rasa and replace in it: runs in Rasa's own environment (Python 3.10).

`patches` lists every replaced part. Nothing here imports any other package of ours.
"""
