"""Pure Python that every room stands on: money, ids, time, errors, events, states. No Flask, no SQL."""
