"""The limit that pages are measured against: one Flask view that returns a short text."""

import flask

app = flask.Flask("bare")


@app.get("/")
def page() -> str:
    """A line of text."""
    return "ok"
