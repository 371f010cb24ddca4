"""Icicles to click into, for a page of HTML: figures of plotly, whose script is in the package.

``page/icicles.js`` draws them once they can be seen.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
from functools import cache
from typing import Any

from bench.report.plots.icicle import IcicleChart
from bench.report.plots.icicle_colours import fill_of, ink_on

_LEVEL_HEIGHT, _AROUND = 24, 40
"""Pixels."""
_TALLEST = 900


def icicle_script() -> str:
    """Return plotly's own script, 4.8 MB, as it is in the package; it makes no request."""
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]  # it ships no annotations

    return str(get_plotlyjs())


@cache
def packed_icicle_script() -> str:
    """Return plotly's script for a page: gzip in base64, 1.9 MB, which ``page/icicles.js`` unpacks."""
    return base64.b64encode(gzip.compress(icicle_script().encode(), mtime=0)).decode()


def icicle_fragment(chart: IcicleChart) -> str:
    """Return the place of a chart and its figure, for ``page/icicles.js``. Nothing in it is read as markup."""
    name, alt = html.escape(chart.name), html.escape(chart.alt)
    # In a script element only this could end it, or begin a comment.
    data = json.dumps(icicle_figure(chart)).replace("<", "\\u003c")
    height = _height(chart)
    return (
        f'<div class="icicle" id="{name}" role="img" aria-label="{alt}" style="height: {height}px"></div>\n'
        f'<script type="application/json" id="{name}-data">{data}</script>'
    )


def icicle_figure(chart: IcicleChart) -> dict[str, Any]:
    """Return a chart as plotly's JSON; texts are escaped, because plotly reads some HTML in them."""
    # Here, because plotly takes a moment to import.
    from plotly import graph_objects  # type: ignore[import-untyped]  # it ships no annotations

    fills = [fill_of(box, compares=chart.compares) for box in chart.boxes]
    figure = graph_objects.Figure(
        graph_objects.Icicle(
            ids=[str(place) for place in range(len(chart.boxes))],
            parents=["" if box.parent < 0 else str(box.parent) for box in chart.boxes],
            labels=[_text(box.label) for box in chart.boxes],
            values=[box.size for box in chart.boxes],
            customdata=["<br>".join(map(_text, box.details)) for box in chart.boxes],
            text=[_text(box.details[-1]) for box in chart.boxes],
            branchvalues="total",
            sort=False,
            tiling={"orientation": "v", "pad": 1},
            marker={"colors": fills},
            textfont={"color": [ink_on(fill) for fill in fills], "size": 12},
            textinfo="label+text",
            texttemplate="%{label}  %{text}",
            textposition="middle left",
            hovertemplate="%{label}<br>%{customdata}<extra></extra>",
            leaf={"opacity": 1},
            pathbar={"visible": True, "thickness": 22},
            root={"color": "rgba(0,0,0,0)"},
        ),
        layout={
            "template": None,
            "height": _height(chart),
            "margin": {"l": 0, "r": 0, "t": 26, "b": 0},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "system-ui, sans-serif", "size": 12},
            "uniformtext": {"minsize": 9, "mode": "hide"},
        },
    )
    found: dict[str, Any] = json.loads(figure.to_json())
    return found


def _height(chart: IcicleChart) -> int:
    levels: list[int] = []
    for box in chart.boxes:
        levels.append(1 if box.parent < 0 else levels[box.parent] + 1)
    return min(_AROUND + _LEVEL_HEIGHT * max(levels), _TALLEST)


def _text(text: str) -> str:
    """Return ``text`` as plotly shows it character by character; ``%{…}`` would be filled in."""
    return html.escape(text, quote=False).replace("%{", "%&#123;")
