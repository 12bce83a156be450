"""Examinations that need no database: program, folders, secret, pictures, mode."""

import os
import platform
import shutil
from collections.abc import Iterator

import core
from core.cli.findings import Finding, Status
from core.config import Config

LOW_DISK_BYTES = 1 << 30


def python() -> Finding:
    """Program, interpreter and machine."""
    found = f"Banyan {core.__version__}, Python {platform.python_version()} on {platform.system()}"
    return Finding("program", Status.OK, found)


def installation(config: Config) -> Iterator[Finding]:
    """The folder of this installation, its secret, its uploads and its mode."""
    free = shutil.disk_usage(config.instance).free
    status = Status.OK if free > LOW_DISK_BYTES else Status.NOTE
    yield Finding(
        "instance",
        status,
        f"{config.instance}, {free / (1 << 30):.1f} GiB free",
        "" if status is Status.OK else "Uploads and the database will stop when the disk is full.",
    )
    yield _uploads(config)
    yield _pictures()
    key = config.instance / "secret.key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(
            "secret",
            Status.NOTE,
            f"{key} can be read by others on this machine",
            "It signs sessions and encrypts the secrets of plugins.",
            f"chmod 600 {key}",
        )
    yield Finding(
        "mode",
        Status.OK if config.is_sandbox else Status.NOTE,
        "sandbox" if config.is_sandbox else "real store",
        "Test payments, message log and a clock that can be moved; never take real money here."
        if config.is_sandbox
        else "No sandbox gateway: shoppers can pay only by gateways that plugins bring.",
    )
    if config.is_safe_mode:
        yield Finding(
            "safe mode",
            Status.NOTE,
            "on: no plugin takes part",
            "Facts for plugins wait; nothing of theirs is lost.",
            "Unset BANYAN_SAFE_MODE when the shop is well again.",
        )


def _uploads(config: Config) -> Finding:
    try:
        config.uploads.mkdir(parents=True, exist_ok=True)
        is_writable = os.access(config.uploads, os.W_OK)
    except OSError:
        is_writable = False
    if is_writable:
        return Finding("uploads", Status.OK, f"{config.uploads} can be written")
    return Finding(
        "uploads",
        Status.FAULT,
        f"{config.uploads} cannot be written",
        "The merchant cannot store pictures.",
        "Give this user the right to write there.",
    )


def _pictures() -> Finding:
    from PIL import features

    lacking = [name for name in ("webp", "avif") if not features.check(name)]
    if not lacking:
        return Finding("pictures", Status.OK, "stored as AVIF, WebP and JPEG")
    return Finding(
        "pictures",
        Status.NOTE,
        f"Pillow cannot write {' and '.join(lacking)}",
        "Pictures are stored in the other formats, so pages are heavier.",
        "Install Pillow from its wheel.",
    )
