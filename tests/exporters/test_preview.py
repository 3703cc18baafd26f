"""The words of a preview, against the pictures themselves."""

import io
import re

import pytest
from PIL import Image
from pypdf import PdfReader

from meshmodel.app.presentation.export_files import preview_words
from meshmodel.exporters.diagram.render import Page, pages, picture
from meshmodel.exporters.request import ExportRequest
from meshmodel.store.load import load
from tests.exporters.parts import MODELS, both, every_step_model
from tests.rows import all_rows


@all_rows(
    ("drawn", "words"),
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
def test_one_line(drawn, words):
    assert preview_words(drawn) == words


def test_the_size_is_that_of_the_picture():
    snapshot, analysis = both(every_step_model())
    svg = picture(snapshot, analysis, ExportRequest("svg"))
    box = re.search(rb'viewBox="0\.?0* 0\.?0* ([\d.]+) ([\d.]+)"', svg.content)
    assert box is not None
    assert svg.size == pytest.approx([float(each) for each in box.groups()], abs=1.5)
    png = picture(snapshot, analysis, ExportRequest("png"))
    with Image.open(io.BytesIO(png.content)) as image:
        assert f"({image.width:,} by {image.height:,} pixels)" in preview_words([png])


@pytest.mark.slow
def test_pages_are_counted_as_they_are():
    model = next(each for each in MODELS if each.stem == "federated-release")
    snapshot, analysis = both(load(model))
    pdf = picture(snapshot, analysis, ExportRequest("pdf"))
    number = len(PdfReader(io.BytesIO(pdf.content)).pages)
    assert number > 1
    assert preview_words([pdf]).startswith(f"{number} pages, ")
    found = pages(snapshot, analysis, ExportRequest("svg"))
    assert preview_words(found).startswith(f"{len(found)} pages, ")
