"""Free memory in Python's arenas, as much and in the same block sizes as in production's process before the task.

The sizes of pools and arenas are those of CPython 3.10 and later.
"""

from __future__ import annotations

# What sys._debugmallocstats() reports in production's process after the import of its tasks and of AWS's catalogue.
FREE_POOLS = 541
FREE_BLOCKS = {
    48: 1_823,
    64: 34_042,
    80: 3_667,
    96: 2_931,
    112: 1_578,
    128: 7_421,
    144: 252,
    176: 38,
    192: 238,
    208: 5_123,
    224: 5_053,
    240: 1_024,
    256: 96,
    272: 1_306,
    288: 143,
    304: 122,
    320: 310,
    336: 64,
    352: 46,
    384: 157,
    400: 475,
    416: 89,
    432: 34,
    464: 61,
    480: 47,
    496: 52,
    512: 1_056,
}
"""Free blocks by their size in bytes; 16 and 32, which hold 0.2 MB of 8.3 MB, are left out."""

_POOL_BYTES = 16_384
_LARGEST_BLOCK = 512
_BYTES_OVERHEAD = 33
_PARTS = 20


def free_memory() -> list[bytes]:
    """Leave free pools and blocks in the arenas; they stay there while the returned objects live."""
    kept, freed = [], []
    # In parts, so that each arena of 64 pools holds objects that stay, and none goes back to the system.
    for _ in range(_PARTS):
        freed += _blocks(_LARGEST_BLOCK, FREE_POOLS // _PARTS * (_POOL_BYTES // _LARGEST_BLOCK))
        for size, count in FREE_BLOCKS.items():
            blocks = _blocks(size, count // _PARTS)
            per_pool = _POOL_BYTES // size
            kept += blocks[::per_pool]
            del blocks[::per_pool]
            freed += blocks
    return kept


def _blocks(size: int, count: int) -> list[bytes]:
    return [bytes(size - _BYTES_OVERHEAD) for _ in range(count)]
