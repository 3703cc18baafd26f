"""Records in words and signs."""

from meshmodel.model.phrases import GLYPHS, glyph_of
from meshmodel.model.records import About, Agent, Grant, System


def test_a_person_has_a_sign_of_its_own() -> None:
    assert glyph_of(Agent("ann", kind="person")) == GLYPHS["person"]
    assert glyph_of(Agent("bot", kind="ai-agent")) == glyph_of(Agent("bot")) == GLYPHS["agent"]
    assert (
        glyph_of(Agent("desk", kind="service"))
        == glyph_of(Agent("job", kind="workflow"))
        == GLYPHS["program"]
    )
    stores = ["database", "secrets-manager", "token-service", "saas"]
    assert len({glyph_of(System("it", kind=kind)) for kind in stores}) == len(stores)
    assert glyph_of(System("it")) == GLYPHS["system"]
    assert glyph_of(Grant("key", "files", ("read",))) == GLYPHS["grant"]
    assert glyph_of(About()) == " "
