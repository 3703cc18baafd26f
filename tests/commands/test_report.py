"""``meshmodel report``: files beside the model, refusals in one line, and what was not proven is said."""

import sys
from urllib.parse import unquote

from markdown_it import MarkdownIt

from meshmodel.answers.blocks import Picture
from meshmodel.answers.report.pictures import Pictures
from meshmodel.answers.report.tree import Report
from tests.answers.report.reading import Page
from tests.docs.pages import ROOT
from tests.rows import all_rows

MODEL = ROOT / "models" / "support-agent.toml"


def test_markdown_is_written_with_its_pictures_in_a_folder_beside_it(called, tmp_path):
    path = tmp_path / "The <report> (1).md"
    assert called("report", MODEL, "-o", path) == (0, "", "")
    folder = tmp_path / "The <report> (1)-pictures"
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([folder.name, path.name])
    page = Page(MarkdownIt("commonmark").render(path.read_text(encoding="utf-8")))
    shown = {unquote(value) for tag, name, value in page.attributes if (tag, name) == ("img", "src")}
    assert shown == {f"{folder.name}/{each.name}" for each in folder.glob("*.png")}
    assert (folder / "model.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "model.svg").read_bytes().startswith(b"<?xml")


def test_as_designed_is_said(called, tmp_path):
    path = tmp_path / "report.html"
    assert called("report", MODEL, "-o", path, "--as-designed") == (0, "", "")
    assert "with planned checkpoints" in path.read_text(encoding="utf-8")


@all_rows("name", ["report", "report.txt", "report.mesh", "report.toml", "-"])
def test_another_ending_is_refused(called, tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, said, complaint = called("report", MODEL, "-o", name)
    assert (status, said) == (2, "")
    assert ".md, .html, .pdf or .docx" in complaint
    assert complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@all_rows(
    ("words", "complaint"),
    [
        (("--only", "index", "findngs"), "--only: a report has no section findngs; did you mean findings?"),
        (("--only", "summry"), "--only: a report has no section summry; did you mean summary?"),
        (("--brief", "--only", "index"), "--brief: chosen sections say already"),
        (("--reviewer", "Bob\x1b[31m"), "--reviewer: Bob\\x1b[31m has a control character (U+001B)"),
        (("--reviewer", "Bob", "--reviewer", " "), "--reviewer: is empty"),
        (("--author", "Ann\nEve"), "--author: Ann\\x0aEve has a line break (U+000A)"),
        (("--reviewer", "x" * 201), "has more than 200 characters"),
        (("--reviewer", "x") * 9, "--reviewer: at most 8 sign on the first page, not 9"),
        (("--page", "letter"), "unrecognized arguments: --page letter;"),
        (("--template", "."), "unrecognized arguments: --template .;"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_nothing_is_written(
    called, tmp_path, monkeypatch, words, complaint
):
    monkeypatch.chdir(tmp_path)
    status, said, complained = called("report", MODEL, "-o", "report.html", *words)
    assert (status, said) == (2, "")
    assert complaint in complained
    assert complained.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_model_is_not_replaced_whatever_its_name(called, tmp_path):
    path = tmp_path / "model.md"
    content = MODEL.read_bytes()
    path.write_bytes(content)
    for model in (MODEL, path):
        status, said, complaint = called("report", model, "-o", path)
        assert (status, said) == (2, "")
        assert "would be lost; name another file" in complaint
        assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_one_line_and_nothing_is_written(called, tmp_path):
    (tmp_path / "report-pictures").write_text("in the way")
    status, _, complaint = called("report", MODEL, "-o", tmp_path / "report.md")
    assert status == 2
    assert "report-pictures: cannot be " in complaint
    assert complaint.count("\n") == 1
    assert not (tmp_path / "report.md").exists()


def test_word_without_its_library_says_how_to_get_it(called, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    status, _, complaint = called("report", MODEL, "-o", tmp_path / "report.docx")
    assert status == 2
    assert "install meshmodel[docx]" in complaint
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing_half_done(called, tmp_path, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(Pictures, "lens", interrupted)
    status, said, complaint = called("report", MODEL, "-o", tmp_path / "report.md")
    assert (status, said) == (2, "")
    assert "interrupted" in complaint
    assert complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_read_is_said_by_the_command(called, tmp_path, monkeypatch):
    monkeypatch.setattr(
        Report, "small_pictures", lambda self, _: iter([(Picture("a", "A way", (9, 9)), 5.04)])
    )
    path = tmp_path / "r.pdf"
    status, _, complaint = called("report", MODEL, "-o", path, "--only", "index")
    assert status == 0
    assert complaint.endswith("the text of A way has 5.0 points, less than 7; zoom in to read it\n")
    assert path.exists()
