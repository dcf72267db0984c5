"""The exception that the command line prints as a message, without a traceback."""


class WarehouseError(Exception):
    """An error that the user can correct; the message says what failed, where, and what to do."""
