"""Plate: a drawing made into SVG and PNG by matplotlib (https://matplotlib.org), the same bytes each time.

SVG keeps its texts as texts, which can be read out and searched; it is written without a date, and its ids are salted.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from natars_fhir.domain.sentence import Language
from natars_fhir.export.extra import library

_STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "natars", "font.size": 10.0, "axes.spines.top": False,
    "axes.spines.right": False, "axes.unicode_minus": False,
}  # fmt: skip
_LATIN = "DejaVu Sans"  # matplotlib brings it
#: matplotlib's settings are the process's: one drawing at a time.
_DRAWING = Lock()
#: Colours that colour-blind people can tell apart (Okabe and Ito), and dashes for those who print in grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
DASHES = ("-", "--", "-.", ":")


class Plate(NamedTuple):
    """``png`` is None where no font is installed that has the language's letters."""

    svg: bytes
    png: bytes | None


def plate(
    draw: Callable[[Any], None], size: tuple[float, float], language: Language, font: Path | None, name: str,
    *, cut: bool = False,
) -> Plate:  # fmt: skip
    """What *draw* puts on an empty figure of *size* inches; *cut*: without the ground that is left empty. *name*: its
    title for a machine. Raises ExtraError."""
    what = {"what": "Figures", "extra": "statistics"}
    plotting, figures = library("matplotlib", **what), library("matplotlib.figure", **what)
    with _DRAWING, plotting.rc_context(), warnings.catch_warnings():
        # no glyph of a language without a font: the SVG holds its text, and who shows it has one
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        families = [_family(font), _LATIN] if font is not None and language != "en" else [_LATIN]
        plotting.rcParams.update({**_STYLE, "font.family": families})
        figure = figures.Figure(figsize=size, layout="none")
        draw(figure)
        svg = _saved(figure, "svg", {"Date": None, "Creator": "natars-fhir", "Title": name}, cut=cut)
        readable = language == "en" or font is not None
        png = _saved(figure, "png", {"Software": None, "Title": name}, cut=cut) if readable else None
        return Plate(svg, png)


def _family(font: Path) -> str:
    manager = library("matplotlib.font_manager", what="Figures", extra="statistics")
    manager.fontManager.addfont(str(font))
    return str(manager.FontProperties(fname=str(font)).get_name())


def _saved(figure: Any, form: str, metadata: dict[str, str | None], *, cut: bool) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format=form, dpi=160, metadata=metadata, bbox_inches="tight" if cut else None)
    return out.getvalue()
