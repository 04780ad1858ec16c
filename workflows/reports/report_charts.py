"""A chart as a picture for paper, drawn offline. Heavy: import when one is drawn."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import vl_convert

from workflows.reports.document import SERIES_COLOURS, Bars

_INK, _QUIET, _GRID = "#1c2733", "#5b6876", "#e3e8ed"
_FONT = "Liberation Sans"
_FONTS = Path(__file__).parent / "fonts"
_HEIGHT = 200
_FIT = alt.AutoSizeParams(type="fit", contains="padding")
# Some 300 dots an inch on a letter page.
_SCALE = 3.0


def draw_bars(bars: Bars, shape: float) -> bytes:
    """A chart of stacked bars as PNG, the same bytes for the same chart.

    Args:
        bars: What it shows.
        shape: Its width over its height.
    """
    vl_convert.register_font_directory(str(_FONTS))
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    return vl_convert.vegalite_to_png(_chart(bars, shape).to_json(), vl_version=version, scale=_SCALE)


def _chart(bars: Bars, shape: float) -> alt.Chart:
    names = [name for name, _ in bars.series]
    rows = [
        {"at": category, "series": name, "value": value, "rank": rank}
        for rank, (name, values) in enumerate(bars.series)
        for category, value in zip(bars.categories, values, strict=True)
    ]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows), width=_HEIGHT * shape, height=_HEIGHT, autosize=_FIT)
        .mark_bar(width={"band": 0.78})
        .encode(
            x=alt.X(
                "at:N",
                title=None,
                sort=list(bars.categories),
                scale=alt.Scale(domain=list(bars.categories)),
                axis=alt.Axis(values=list(bars.labelled), labelAngle=0, ticks=False, labelPadding=6, domain=True),
            ),
            y=alt.Y(
                "value:Q",
                title=None,
                stack="zero",
                axis=alt.Axis(tickCount=4, format="$,.0f" if bars.is_money else ",d"),
            ),
            color=alt.Color(
                "series:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=list(SERIES_COLOURS[: len(names)])),
                legend=alt.Legend(orient="top", direction="horizontal", columns=6, symbolType="square"),
            ),
            order=alt.Order("rank:Q"),
        )
        .configure(background="white", font=_FONT, padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            gridColor=_GRID,
            domain=False,
            domainColor=_QUIET,
            labelColor=_QUIET,
            labelFontSize=11,
            labelOverlap=False,
        )
        .configure_legend(labelColor=_INK, labelFontSize=11, symbolSize=80, labelLimit=200, offset=6)
    )
    return chart
