"""`make what-if`: which clients and alerts of a coach would differ under other values.

The same models with other values, built twice in a schema of their own that is dropped afterwards: once with
the values as they are, once with those asked for. No mart is written (docs/adr/0045).
"""
