"""Words for shipped lines, as more than one view shows them."""

from __future__ import annotations

# Where the lot of a shipped line is known from.
LOT_SOURCES = {"shipment": "label", "fifo": "oldest lot", "unassigned": "none"}
