"""What a block may weigh: bytes as they travel, compressed."""

import gzip
from collections.abc import Iterable
from pathlib import Path

TEMPLATE_BYTES = 3072
"""Most bytes of markup that one block may add to a page, compressed."""


def packed(paths: Iterable[Path]) -> int:
    """Bytes of files compressed one by one, as they are served."""
    return sum(packed_bytes(path.read_bytes()) for path in paths)


def packed_bytes(data: bytes) -> int:
    """Bytes of one answer, compressed."""
    return len(gzip.compress(data, 9, mtime=0))
