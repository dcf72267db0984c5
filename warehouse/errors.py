"""The one exception that the command line shows as a sentence instead of a traceback."""


class WarehouseError(Exception):
    """Something a person can mend; the message names the thing, the place and the remedy."""
