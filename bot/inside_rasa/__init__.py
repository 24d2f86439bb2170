"""The code of ours that runs inside the dialogue engine: Python 3.10, Sanic 21.12."""
