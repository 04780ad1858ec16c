"""The field for a barcode scanner that types SKU and lot and Enter: it selects the fields of that lot."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import count

import streamlit as st

from streamlit_app.components import actions
from streamlit_app.components.count_fields import container_of
from streamlit_app.components.drafts import DraftFields
from streamlit_app.data.count_result import WHOLE_SKU, WITHOUT_LOT_COUNTED
from streamlit_app.data.formatted import plain
from workflows.page_api import Draft, EntryRefused, Settings, expect_on_hand, printed

_PLACE = "scan"
_KEY = "count-scan"
_FOUND = "lot scanned"
_LONGEST = 60
# Another number makes the browser run the script again.
_SCRIPTS = count()
# The fields may be drawn after the script runs, and moved later, which loses the focus: so it looks for ten
# seconds, and the document listens instead of a field. Enter goes from pallets to loose units, and back to the
# scanner.
_SELECT = """
<script>
    (() => {{
        const fields = () => [...document.querySelectorAll(".st-key-{container} input:not([disabled])")];
        window.lastScan = {number};
        document.onkeydown = (event) => {{
            const at = fields().indexOf(event.target);
            if (event.key !== "Enter" || at < 0) return;
            setTimeout(() => (fields()[at + 1] ?? document.querySelector(".st-key-{scanner} input"))?.focus());
        }};
        (function select(tries, chosen) {{
            const [first] = fields();
            if (first && (!chosen || document.activeElement === document.body)) {{
                first.scrollIntoView({{ block: "center" }});
                first.focus();
                if (!chosen) first.select();
                chosen = true;
            }}
            if (tries && window.lastScan === {number}) requestAnimationFrame(() => select(tries - 1, chosen));
        }})(600, false);
    }})();
</script>
"""


def show_scan(settings: Settings, draft: Draft, fields: DraftFields, asked: Collection[str]) -> None:
    """Show the field, what it does not know, and select the fields of the lot that was scanned last.

    Args:
        settings: The configuration.
        draft: The count.
        fields: Its fields.
        asked: The lots that have fields.
    """
    st.text_input(
        "Scan a lot",
        key=_KEY,
        max_chars=_LONGEST,
        placeholder=f"{draft.content['sku']}-250300, Enter",
        help="For a barcode scanner: SKU, lot, Enter. Enter in the lot's last field comes back here.",
        on_change=actions.attempt,
        args=(_PLACE, _find, settings, draft, fields, asked),
    )
    refused, found = actions.refusal(settings, _PLACE), st.session_state.pop(_FOUND, None)
    # Always there: what comes and goes by itself would make the browser draw the fields below again.
    with st.container():
        if refused:
            st.warning(plain(refused))
        if found in asked:
            script = _SELECT.format(container=container_of(found), scanner=_KEY, number=next(_SCRIPTS))
            st.html(script, unsafe_allow_javascript=True)


def _find(settings: Settings, draft: Draft, fields: DraftFields, asked: Collection[str]) -> None:
    """Find the lot that was scanned. A known lot that is not asked for gets fields of its own."""
    scanned = printed(st.session_state[_KEY]).strip()
    st.session_state[_KEY] = ""
    if not scanned:
        return
    sku, day = draft.content["sku"], date.fromisoformat(draft.content["day"])
    if scanned == sku:
        # A label without a lot.
        st.session_state[_FOUND] = WHOLE_SKU if WHOLE_SKU in asked else WITHOUT_LOT_COUNTED
        return
    lot = expect_on_hand(settings, sku, scanned, day).lot_number or WITHOUT_LOT_COUNTED
    if lot in (one["lot_number"] for one in draft.content.get("done", ())):
        raise EntryRefused(f"Lot {lot} has been counted and compared already.", "lot_number")
    if lot not in asked:
        fields.keep(lots=[*(one for one in asked if one.isdigit()), lot])
    st.session_state[_FOUND] = lot
