"""A look at the bytes of a WebM, for what decoders keep to themselves: whether it was cut off."""

import mmap
from pathlib import Path

_EBML_HEADER = bytes.fromhex("1a45dfa3")
_CONTAINERS = {bytes.fromhex("18538067"), bytes.fromhex("1f43b675")}  # Segment and Cluster: walked into


def ends_inside_an_element(path: Path) -> bool:
    """Whether a WebM ends inside one of its elements. A cut exactly between two blocks of a live recording
    cannot be told from its end. Only headers are read; False for other formats. (RFC 8794, 4 and 5.)"""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] != _EBML_HEADER:
            return False
        at, end = 0, len(data)
        while at < end:
            id_length = 9 - data[at].bit_length()
            size_at = at + id_length
            if id_length > 4 or size_at >= end:
                return True
            size_length = 9 - data[size_at].bit_length()
            body = size_at + size_length
            if size_length > 8 or body > end:
                return True
            value = int.from_bytes(data[size_at:body], "big") & ((1 << 7 * size_length) - 1)
            unknown = value == (1 << 7 * size_length) - 1
            if not unknown and body + value > end:
                return True
            at = body if unknown or data[at:size_at] in _CONTAINERS else body + value
        return False
