"""The network of distributors: opened level by level, searched, with the way to a transfer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.contributions import AdminPage
from core.api.errors import NotFound
from core.api.members import names_of
from core.api.sharing import TreeNode, ancestors_of, nodes_of, team_counts
from core.api.web import reader
from plugins.distribution.admin.distributors import TONES
from plugins.distribution.admin.page import ROOT, page_number, search_text, show_page
from plugins.distribution.services.network import (
    PER_BRANCH,
    Branch,
    branch_of,
    people_above,
    search,
    tags_of,
    tops,
)
from plugins.distribution.services.programmes import current
from plugins.distribution.services.totals import lifetime_of
from plugins.distribution.views.showing import DISTRIBUTOR_LABELS, uuid_or_none

MOST_OPEN = 12
"""Branches open at once without script; each costs a statement."""

_PATH_ENDS = 5


def show() -> str:
    """The tops of the network, the branch of one member, or what a search found."""
    query, at = search_text(), request.args.get("at", "")
    if query:
        return _found(reader(), query)
    return _member(reader(), at) if at else _tops(reader())


def branch(member_id: str) -> str:
    """Members directly below one, as a piece of the page, for opening in place."""
    session = reader()
    node = _known(session, member_id)
    found = branch_of(session, node.member_id, uuid_or_none(request.args.get("after", "")))
    return _page("tree_branch.html", session, found.nodes, top=node, branch=found, below={})


def _tops(session: Session) -> str:
    number = page_number()
    nodes, has_more = tops(session, (number - 1) * PER_BRANCH)
    below = _opened(session)
    everybody = [*nodes, *(each for found in below.values() for each in found.nodes)]
    return _page(
        "tree.html",
        session,
        everybody,
        branch=Branch(tuple(nodes)),
        below=below,
        number=number,
        has_more=has_more,
    )


def _member(session: Session, at: str) -> str:
    node = _known(session, at)
    above = ancestors_of(session, node.member_id)[::-1]
    found = branch_of(session, node.member_id, uuid_or_none(request.args.get("after", "")))
    below = _opened(session)
    everybody = [node, *found.nodes, *(each for one in below.values() for each in one.nodes)]
    path = above if len(above) <= _PATH_ENDS + 1 else (above[0], *above[-_PATH_ENDS:])
    return _page(
        "tree.html",
        session,
        everybody,
        top=node,
        branch=found,
        below=below,
        path=path,
        left_out=len(above) - len(path),
        names=names_of(session, path),
        team=team_counts(session, node.member_id),
        depth=current(session).depth,
        earned=lifetime_of(session, [node.member_id]).get(node.member_id, (0, 0)),
        is_continued="after" in request.args,
    )


def _found(session: Session, query: str) -> str:
    nodes = search(session, query)
    return _page(
        "tree.html",
        session,
        nodes,
        query=query,
        matches=nodes,
        names=names_of(session, people_above(nodes)),
        most=PER_BRANCH,
    )


def _page(template: str, session: Session, nodes: Any, **values: Any) -> str:
    tags = tags_of(session, nodes)
    shown: dict[str, Any] = {
        "query": "",
        "top": None,
        "states": tags.states,
        "grades": tags.grades,
        "labels": {str(key): str(label) for key, label in DISTRIBUTOR_LABELS.items()},
        "tones": {str(key): tone for key, tone in TONES.items()},
        "open_ids": _open_ids(),
        "toggled": _toggled,
        "tree_root": f"{ROOT}/tree",
    }
    return show_page(template, "tree", **{**shown, **values})


def _known(session: Session, text: str) -> TreeNode:
    member_id = uuid_or_none(text)
    node = nodes_of(session, [member_id]).get(member_id) if member_id else None
    if node is None:
        raise NotFound("member.unknown", "There is no such member.")
    return node


def _open_ids() -> tuple[str, ...]:
    asked = [uuid_or_none(each) for each in request.args.get("open", "").split(".")]
    return tuple(dict.fromkeys(str(each) for each in asked if each))[:MOST_OPEN]


def _opened(session: Session) -> Mapping[UUID, Branch]:
    return {UUID(each): branch_of(session, UUID(each)) for each in _open_ids()}


def _toggled(member_id: UUID) -> str:
    """What ``open`` is once this member's branch is opened, or closed if it is open."""
    now_open, key = list(_open_ids()), str(member_id)
    if key in now_open:
        now_open.remove(key)
    else:
        now_open = [*now_open[-MOST_OPEN + 1 :], key]
    return ".".join(now_open)


_VIEW = "distribution.view"
TREE_PAGES = (
    AdminPage("distribution.tree", f"{ROOT}/tree", show, _VIEW),
    AdminPage("distribution.tree_branch", f"{ROOT}/tree/<member_id>/branch", branch, _VIEW),
)
