"""How the tests are shared out when they run in two processes."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        # A file's tests stay together, as does what they share. All races go to one process: each
        # takes four more, and two of them at once would be slower than one after the other.
        races = "pool" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("races" if races else item.path.stem))
