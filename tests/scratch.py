"""Where tests write: in memory where there is room, so that their databases wait for no disk."""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's file system in memory
_ROOM = 3 << 30
"""Bytes that must be free there: servers of every worker, and a store for each test."""


def write_in_memory() -> None:
    """Let this process and its children make their temporary files in memory.

    A TMPDIR that somebody chose stays, and so does the disk where memory is short or nothing may be
    executed in it.
    """
    if os.environ.get("TMPDIR") or not _MEMORY.is_dir():
        return
    is_usable = not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
    if is_usable and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None
