"""What keeps the checker from checking."""


class CheckError(Exception):
    """The request makes no sense, or the project cannot be read; the message is for a person."""
