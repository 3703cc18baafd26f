"""Records in words and signs."""

from meshmodel.model.phrases import GLYPHS, glyph_of
from meshmodel.model.records import About, Agent, Grant


def test_a_person_has_a_sign_of_its_own() -> None:
    assert glyph_of(Agent("ann", kind="person")) == GLYPHS["person"]
    assert glyph_of(Agent("bot", kind="ai-agent")) == glyph_of(Agent("bot")) == GLYPHS["agent"]
    assert glyph_of(Grant("key", "files", ("read",))) == GLYPHS["grant"]
    assert glyph_of(About()) == " "
