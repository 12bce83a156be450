"""A closed shop leaves no thread of its own that could still take a connection."""

import threading


def test_closing_waits_for_what_plugins_did_to_be_written(shop):
    before = set(threading.enumerate())
    shop.plugins.faults.record("probe", "order_paid", ValueError("no"))
    (writer,) = set(threading.enumerate()) - before
    shop.close()
    assert not writer.is_alive()
