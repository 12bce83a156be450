"""What ``banyan plugin check`` can find: each rule has a stable code and a way to mend it."""

from enum import StrEnum
from pathlib import Path

from core.kernel.values import dataclass


class Level(StrEnum):
    """How much a finding weighs: an error fails the check, a warning is worth a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """A rule of the house for plugins.

    Args:
        title: what is wrong when it is broken.
        fix: how to mend it.
        level: whether the check fails.
    """

    title: str
    fix: str
    level: Level = Level.ERROR


@dataclass(frozen=True)
class Finding:
    """A rule broken at a place.

    Args:
        code: of the rule, such as ``P301``.
        path: the file, or the folder when no file is to blame.
        line: from 1; 0 when it is about the whole file.
        sentence: what was found.
        hint: a better word than the rule's own fix, where there is one.
    """

    code: str
    path: Path
    line: int
    sentence: str
    hint: str = ""

    @property
    def rule(self) -> Rule:
        """The rule that is broken."""
        return RULES[self.code]

    @property
    def fix(self) -> str:
        """How to mend it."""
        return self.hint or self.rule.fix


_W = Level.WARNING
RULES: dict[str, Rule] = {
    # about anatomy and manifest
    "P101": Rule(
        "A file is not part of a plugin's anatomy",
        "Move it into one of the files of the anatomy, or into a package of that name.",
    ),
    "P102": Rule("A needed file is missing", "Write it; “banyan plugin new” shows how it looks."),
    "P103": Rule("plugin.toml cannot be used", "Correct plugin.toml; the guide lists its keys."),
    "P104": Rule(
        "The plugin's name is not that of its folder or entry point",
        "Give plugin.toml, the folder and the entry point one name.",
    ),
    "P105": Rule(
        "The merchant cannot read what the plugin is",
        "Give [label] and [description] in plugin.toml a text for zh and one for en.",
    ),
    "P106": Rule(
        "The range of core versions is missing or leaves this core out",
        'Write the range you have tried it with, such as core = ">=0.1,<0.2".',
    ),
    "P107": Rule(
        "Its distribution does not lead Banyan to it",
        'Add name = "package" under [project.entry-points."banyan.plugins"] of pyproject.toml.',
    ),
    "P108": Rule("A file cannot be read as Python", "Correct the syntax."),
    "P109": Rule("A file is too long to be read at a sitting", "Split it by what it is about.", _W),
    # about imports
    "P201": Rule(
        "It imports the trunk past its door",
        "Import from core.api; if something is missing there, ask for it.",
    ),
    "P202": Rule(
        "It imports another plugin",
        "Name it in requires of plugin.toml and use its api.py, or do without.",
    ),
    "P203": Rule(
        "rules.py is not plain Python",
        "Move what needs a framework into services.py or views.py; hand values in.",
    ),
    "P204": Rule("The product leans on the testing kit", "Use core.api.testing below tests/ only."),
    "P205": Rule(
        "A migration depends on today's code",
        "Write the table out in the migration: the code will change, the migration must not.",
    ),
    # about hooks and contributions
    "P301": Rule("There is no such hook", "See the list of hooks in the reference."),
    "P302": Rule("A hook has no such argument", "Take arguments of the hook by their names."),
    "P303": Rule(
        "A function is called like a hook but is none", "Mark it with @hookimpl, or rename it."
    ),
    "P304": Rule("A hook is wrapped", "Plugins add to the shop; take the wrapper option away."),
    "P305": Rule("A key lacks the plugin's name", "Keys are “plugin.name”."),
    "P306": Rule(
        "A page does not say who may use it",
        "Give a StorePage its access, an AdminPage its permission.",
    ),
    "P307": Rule(
        "A page's address is not the plugin's",
        "Store pages lie below /x/<plugin>, admin pages below /admin/x/<plugin>.",
    ),
    "P308": Rule(
        "Rights in plugin.toml and in the code differ",
        "List in permissions of plugin.toml exactly what register_permissions returns.",
    ),
    "P309": Rule("There is no such region", "See the list of regions in the reference."),
    "P310": Rule("A template is missing", "Write it below templates/, or correct its name."),
    "P311": Rule("A style sheet or script is missing", "Put it into static/."),
    "P312": Rule("A contribution cannot be made like this", "See its page in the reference."),
    # about tables
    "P401": Rule("A table lacks the plugin's prefix", "Tables are called “plugin_<name>_…”."),
    "P402": Rule(
        "A migration changes a table that is not the plugin's",
        "Keep what you add in a table of your own; point at the other by a foreign key.",
    ),
    "P403": Rule("There are tables but no migrations", "Write migrations/0001_….py."),
    "P404": Rule(
        "A migration cannot be taken back",
        "Write downgrade(): removing a plugin's data runs it.",
    ),
    "P405": Rule("The migrations are no single line", "Let each name the one before it."),
    "P406": Rule("The migrations fail when they are run", "Run them up, down and up again."),
    # about texts
    "P501": Rule("The Chinese catalogue is missing", "Write translations/zh.po."),
    "P502": Rule("A text has no Chinese", "Add it to translations/zh.po."),
    "P503": Rule("An entry is untranslated or marked fuzzy", "Write its msgstr."),
    "P504": Rule("A translation has other places than its text", "Use the same %(name)s in both."),
    "P505": Rule("An entry belongs to no text", "Take it out of the catalogue.", _W),
    "P506": Rule(
        "Chinese stands in the code", "Write English in the code and Chinese in translations/zh.po."
    ),
    "P507": Rule(
        "A text on a page cannot be translated",
        "Write it as {{ _('…') }}; a name that is the same in every language as {{ '…' }}.",
    ),
    "P508": Rule(
        "A label takes the trunk's Chinese",
        "Give it an English of its own, or the trunk's Chinese in translations/zh.po.",
        _W,
    ),
    # about templates
    "P601": Rule("A template cannot be read", "Correct the syntax."),
    "P602": Rule(
        "A script stands in a template",
        "The browser refuses it (content security policy): put it into static/.",
    ),
    "P603": Rule(
        "A handler stands in a template",
        "The browser refuses it (content security policy): add a listener in a script of static/.",
    ),
    "P604": Rule(
        "A template gives out text unescaped", "Pass plain values and build the markup here."
    ),
    "P605": Rule("A template fetches from another place", "Bring the file along in static/."),
    # about budgets
    "P701": Rule("A block's style sheets are over budget", "2 kB compressed is all a block may."),
    "P702": Rule("A block's scripts are over budget", "3 kB compressed is all a block may."),
    "P703": Rule("A block's template is over budget", "3 kB compressed is all a block may."),
    "P704": Rule("What a block puts on a page is over budget", "Show less, or link to a page."),
    "P705": Rule("A block asks the database too often", "Read it in one statement, or load less."),
    "P706": Rule(
        "A block cannot be rendered",
        "Mend what it says; BANYAN_DEBUG=1 shows the whole error on the page.",
    ),
}
"""Codes never change their meaning; one that is given up is not used again."""
