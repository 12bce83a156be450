"""Pure Python that every room stands on: money, ids, time, errors, events.

No Flask, no SQL.
"""
