"""What one may do with members and with signing in.

Rate limits live in ``core.db.limits`` and are re-exported here for the edges.
"""

from core.db.limits import hit, prune_hits
from core.members.services.accounts import (
    block_member,
    count_members,
    create_member,
    list_members,
    member_by_email,
    member_by_phone,
    member_view,
    names_of,
    unblock_member,
    update_profile,
)
from core.members.services.addresses import (
    add_address,
    address_of,
    addresses_of,
    delete_address,
    set_default_address,
    update_address,
)
from core.members.services.codes import prune_codes, redeem_code, send_code
from core.members.services.consents import agreed, consents_of, has_consent, record_consents
from core.members.services.contacts import (
    change_email,
    change_phone,
    reset_password,
    set_password,
)
from core.members.services.follows import follows_of, note_follow
from core.members.services.importing import import_members
from core.members.services.privacy import (
    declare_erase_check,
    declare_eraser,
    declare_export,
    erase_blockers,
    erase_member,
    export_member,
)
from core.members.services.sessions import (
    open_session,
    prune_sessions,
    read_session,
    revoke_session,
    revoke_sessions,
    sessions_of,
    touch_session,
)
from core.members.services.signing import (
    check_registration,
    confirm_password,
    prepare_password,
    register_with_password,
    sign_in_with_code,
    sign_in_with_password,
)

__all__ = [
    "add_address",
    "address_of",
    "addresses_of",
    "agreed",
    "block_member",
    "change_email",
    "change_phone",
    "check_registration",
    "confirm_password",
    "consents_of",
    "count_members",
    "create_member",
    "declare_erase_check",
    "declare_eraser",
    "declare_export",
    "delete_address",
    "erase_blockers",
    "erase_member",
    "export_member",
    "follows_of",
    "has_consent",
    "hit",
    "import_members",
    "list_members",
    "member_by_email",
    "member_by_phone",
    "member_view",
    "names_of",
    "note_follow",
    "open_session",
    "prepare_password",
    "prune_codes",
    "prune_hits",
    "prune_sessions",
    "read_session",
    "record_consents",
    "redeem_code",
    "register_with_password",
    "reset_password",
    "revoke_session",
    "revoke_sessions",
    "send_code",
    "sessions_of",
    "set_default_address",
    "set_password",
    "sign_in_with_code",
    "sign_in_with_password",
    "touch_session",
    "unblock_member",
    "update_address",
    "update_profile",
]
