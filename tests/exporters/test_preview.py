"""The words of a preview, against the pictures themselves."""

import io
import re

import pytest
from PIL import Image
from pypdf import PdfReader

from meshmodel.app.presentation.export_preview import preview_words
from meshmodel.exporters.diagram.render import Page
from meshmodel.exporters.export import ExportOptions, export_pages, export_picture
from meshmodel.store.load import load
from tests.exporters.parts import MODELS, both, every_step_model


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([Page("t", "a", b"", 7.84, (72, 144))], "1 picture, 2.5 by 5.1 cm, text 7.8 pt at A4"),
        (
            [Page("t", "a", b"", 3.12, (720, 72))],
            "1 picture, 25.4 by 2.5 cm, text 3.1 pt at A4, too small to read",
        ),
        ([Page("t", "a", b"", 9, (7, 7)), Page("t", "b", b"", 7, (7, 7))], "2 pages, text 7.0 pt at A4"),
        ([Page("t", "a", b"%PDF", 8)], "1 page, text 8.0 pt at A4"),
        ([Page("t", "a", b"%PDF", 7.5, sheets=12)], "12 pages, text 7.5 pt at A4"),
    ],
)
def test_one_line(pages, words):
    assert preview_words(pages) == words


def test_the_size_is_that_of_the_picture():
    snapshot, analysis = both(every_step_model())
    svg = export_picture(snapshot, analysis, ExportOptions("svg"))
    box = re.search(rb'viewBox="0\.?0* 0\.?0* ([\d.]+) ([\d.]+)"', svg.content)
    assert box is not None
    assert svg.size == pytest.approx([float(each) for each in box.groups()], abs=1.5)
    png = export_picture(snapshot, analysis, ExportOptions("png"))
    with Image.open(io.BytesIO(png.content)) as image:
        assert f"({image.width:,} by {image.height:,} pixels)" in preview_words([png])


@pytest.mark.slow
def test_pages_are_counted_as_they_are():
    model = next(each for each in MODELS if each.stem == "federated-release")
    snapshot, analysis = both(load(model))
    pdf = export_picture(snapshot, analysis, ExportOptions("pdf"))
    number = len(PdfReader(io.BytesIO(pdf.content)).pages)
    assert number > 1
    assert preview_words([pdf]).startswith(f"{number} pages, ")
    pages = export_pages(snapshot, analysis, ExportOptions("svg"))
    assert preview_words(pages).startswith(f"{len(pages)} pages, ")
