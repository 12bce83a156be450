"""The reference for plugin authors, written from the code: ``docs/plugins/reference/``.

Each module of this package makes one page out of docstrings, signatures and tables of the code, so
a page says what the code says. The pages are committed; a test in ``tests/architecture`` fails when
they differ, and ``make reference`` writes them anew.
"""
