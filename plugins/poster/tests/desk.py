"""Driving the designer as a browser without script does."""

from html.parser import HTMLParser

from plugins.poster.services import templates
from plugins.poster.services.template_views import all_templates, draft_of

ROOT = "/admin/x/poster"
OWN = {"Origin": "http://localhost"}


class Desk:
    """A staff member at work on templates, one address after the other."""

    def __init__(self, shop, browser, language="en"):
        self.shop, self.browser, self.language = shop, browser, language

    def get(self, path="", **query):
        return self.browser.get(ROOT + path, query_string={"lang": self.language, **query})

    def post(self, path="", fields=(), **more):
        """Send a form; ``fields`` are pairs, later ones of the same name stand beside them."""
        data: dict[str, list] = {}
        for name, value in [*fields, *more.items()]:
            data.setdefault(name, []).append(value)
        return self.browser.post(f"{ROOT}{path}?lang={self.language}", data=data, headers=OWN)

    def begin(self, starter="product", **more):
        """A template from a design; its address below the root."""
        answer = self.post("/templates/new", starter=starter, **more)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"].removeprefix(ROOT).removesuffix("/design")

    def fields(self, path):
        """What the editor's form holds, as pairs in the order of the page."""
        return fields_of(self.get(f"{path}/design").text)

    def save(self, path, fields, do="save"):
        return self.post(f"{path}/design", fields, do=do)

    def publish(self, path, revision=None, summary="秋季"):
        if revision is None:
            revision = dict(self.fields(path))["revision"]
        return self.post(f"{path}/publish", summary=summary, revision=revision)

    def draft(self, path):
        with self.shop.database.read() as session:
            return draft_of(session, self.id(path))

    def published(self, path):
        with self.shop.database.read() as session:
            return templates.template_by_id(session, self.id(path))

    def all(self):
        with self.shop.database.read() as session:
            return list(all_templates(session))

    def id(self, path):
        return next(each.id for each in self.all() if path.endswith(str(each.id)))


def changed(fields, **values):
    """Pairs with other values; a name that was not there (a tick) is added, ``None`` unticks."""
    kept = [(name, values.get(name, value)) for name, value in fields]
    known = {name for name, _value in fields}
    added = [(name, value) for name, value in values.items() if name not in known]
    return [(name, value) for name, value in [*kept, *added] if value is not None]


def key_of(fields, name):
    """The key of the layer with a name."""
    return next(field.split("-")[0] for field, value in fields if value == name)


def fields_of(page):
    """What a browser would send of the designer's form."""
    reader = _Form()
    reader.feed(page)
    return reader.pairs


class _Form(HTMLParser):
    def __init__(self):
        super().__init__()
        self.pairs, self._is_in, self._select, self._area = [], False, None, None

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form":
            self._is_in = "data-designer" in values
        if not self._is_in:
            return
        name, kind = values.get("name"), values.get("type", "text")
        if tag == "input" and name and kind not in {"file", "submit"}:
            if kind not in {"checkbox", "radio"} or "checked" in values:
                self.pairs.append((name, values.get("value", "on")))
        elif tag == "select" and name:
            self._select = name
            self.pairs.append((name, ""))
        elif tag == "option" and self._select and "selected" in values:
            self.pairs[-1] = (self._select, values["value"])
        elif tag == "textarea":
            self._area = name
            self.pairs.append((name, ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self._is_in = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area:
            self.pairs[-1] = (self._area, self.pairs[-1][1] + data)
