"""The two ways in which a part does not start."""


class Missing(Exception):
    """This machine lacks what the part needs. The text says what, and how to get it."""


class Failed(Exception):
    """The part should have started and did not. The text says why, and where its log is."""
