"""`make what-if`: compares the clients and alerts of a coach under other parameter values.

The models are built twice in a temporary schema, with the current and with the given values. Marts are not
changed.
"""
