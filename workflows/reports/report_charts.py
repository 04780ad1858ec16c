"""A chart as a picture for print, drawn offline. Import it only to draw one: its libraries load slowly."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import vl_convert

from workflows.reports.document import Bars

_INK, _QUIET, _GRID = "#1c2733", "#5b6876", "#e3e8ed"
_FONT = "Liberation Sans"
_FONTS = Path(__file__).parent / "fonts"
_HEIGHT = 200
_FIT = alt.AutoSizeParams(type="fit", contains="padding")
# Some 300 dots an inch on a letter page.
_SCALE = 3.0


def draw_bars(bars: Bars, shape: float) -> bytes:
    """Return a chart of stacked bars as PNG, the same bytes for the same chart.

    Args:
        bars: What it shows.
        shape: Its width over its height.
    """
    vl_convert.register_font_directory(str(_FONTS))
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    return vl_convert.vegalite_to_png(_chart(bars, shape).to_json(), vl_version=version, scale=_SCALE)


def _chart(bars: Bars, shape: float) -> alt.Chart:
    rows = [
        {"at": category, "series": name, "value": value, "rank": rank}
        for rank, (name, values) in enumerate(bars.series)
        for category, value in zip(bars.categories, values, strict=True)
    ]
    axis = {"domain": False, "labelFontSize": 11, "labelOverlap": False}
    colours = {"gridColor": _GRID, "domainColor": _QUIET, "labelColor": _QUIET}
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows), width=_HEIGHT * shape, height=_HEIGHT, autosize=_FIT)
        .mark_bar(width={"band": 0.78})
        .encode(*_encoding(bars))
        .configure(background="transparent", font=_FONT, padding=2)
        .configure_view(stroke=None)
        .configure_axis(**axis, **colours)
        .configure_legend(labelColor=_INK, labelFontSize=11, symbolSize=80, labelLimit=200, offset=6)
    )
    return chart


def _encoding(bars: Bars) -> tuple[alt.X, alt.Y, alt.Color, alt.Order]:
    names = [name for name, _ in bars.series]
    categories, labels = list(bars.categories), list(bars.labelled)
    return (
        alt.X(
            "at:N",
            title=None,
            sort=categories,
            scale=alt.Scale(domain=categories),
            axis=alt.Axis(values=labels, labelAngle=0, ticks=False, labelPadding=6, domain=True),
        ),
        alt.Y(
            "value:Q",
            title=None,
            stack="zero",
            axis=alt.Axis(tickCount=4, format="$,.0f" if bars.is_money else ",d"),
        ),
        alt.Color(
            "series:N",
            title=None,
            sort=names,
            scale=alt.Scale(domain=names, range=list(bars.colors)),
            legend=alt.Legend(orient="top", direction="horizontal", columns=6, symbolType="square"),
        ),
        alt.Order("rank:Q"),
    )
