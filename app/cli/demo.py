"""`faregate demo`."""


def demo() -> None:
    """Tell the whole story."""
