"""Threagile models: what assets, links and boundaries become, and what is asked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.analysis import analyse
from meshmodel.importers.foreign_files import read_files
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Grant, Hold
from tests.importers.foreign import check_goldens, fixtures, read, read_text
from tests.importers.test_ledger import check_rows
from tests.rows import all_rows


@pytest.mark.parametrize("path", fixtures("threagile"), ids=lambda path: path.name)
def test_files_in_the_shape_of_public_ones(path):
    check_goldens(path, "threagile")


def link(**more):
    return {"target": "db", "authentication": "credentials", "authorization": "technical-user", **more}


def content(links=None, source=None, target=None, **more):
    """A model of a shop that calls a database."""
    shop = {
        "id": "shop",
        "technology": "web-application",
        "communication_links": links or {},
        **(source or {}),
    }
    database = {"id": "db", "technology": "database", "communication_links": None, **(target or {})}
    return {"threagile_version": "1.0.0", "technical_assets": {"Shop": shop, "Database": database}, **more}


def model_of(tmp_path, *arguments, **more):
    return read_text(json.dumps(content(*arguments, **more)), "threagile", tmp_path)


def questions(model):
    return [(each.about, each.text) for each in model.note.values()]


@all_rows(
    ("more", "actions", "kind", "subject"),
    [
        ({}, ("read", "write"), "static-secret", "workload"),
        ({"readonly": True}, ("read",), "static-secret", "workload"),
        (
            {"readonly": False, "authentication": "session-id"},
            ("read", "write"),
            "session-cookie",
            "workload",
        ),
        ({"authentication": "token"}, ("read", "write"), "token", "workload"),
        ({"authorization": "none"}, ("read", "write"), "static-secret", "workload"),
        ({"authorization": "end-user-identity-propagation"}, ("read", "write"), "static-secret", "human"),
        ({"authorization": "enduser-identity-propagation"}, ("read", "write"), "static-secret", "human"),
    ],
)
def test_a_link_with_authentication_is_a_credential_that_the_target_accepts(
    more, actions, kind, subject, tmp_path
):
    model = model_of(tmp_path, {"Query": link(**more)})[0].model
    (credential,) = model.credential.values()
    assert (credential.kind, credential.subject) == (kind, subject)
    assert credential.on_behalf_of == ("end user" if subject == "human" else None)
    assert list(model.hold.values()) == [Hold("shop", credential.id)]
    assert list(model.grant.values()) == [Grant(credential.id, "database", actions)]
    assert [about for about, _ in questions(model)] == (
        [f"credential:{credential.id}"] if subject == "human" else []
    )


@pytest.mark.parametrize(
    ("more", "about", "text"),
    [
        ({"authentication": "none"}, "system:database", "“Database” has no authentication"),
        ({"authentication": None}, "system:database", "“Database” has no authentication"),
        ({"target": "elsewhere"}, "system:shop", "“elsewhere” leads to no asset"),
    ],
)
def test_a_link_that_is_only_asked(more, about, text, tmp_path):
    proposed, rows = model_of(tmp_path, {"Query": link(**more)})
    model = proposed.model
    assert not any((model.credential, model.grant))
    ((owner, asked),) = questions(model)
    assert owner == about
    assert asked.startswith(f"The link “Query” from “Shop” to {text}")
    taken = {each.path.rpartition(".")[2]: each.verdict for each in rows if ".Query." in each.path}
    assert taken == dict.fromkeys(("target", "authentication", "authorization"), "question")


@pytest.mark.parametrize("authentication", ["two-factor", "externalized"])
def test_a_second_factor_is_asked_and_no_checkpoint(authentication, tmp_path):
    model = model_of(tmp_path, {"Query": link(authentication=authentication)})[0].model
    assert not model.checkpoint
    ((_, asked),) = questions(model)
    assert f"authenticated ({authentication})" in asked


@all_rows(
    ("source", "kind", "name"),
    [
        ({}, "service", "Shop"),
        ({"used_as_client_by_human": True}, "person", "Shop user"),
        ({"technology": "ai"}, "ai-agent", "Shop"),
        ({"technology": None, "technologies": ["ai", "library"]}, "ai-agent", "Shop"),
        ({"technology": "build-pipeline"}, "workflow", "Shop"),
    ],
)
def test_an_asset_with_links_has_an_agent_that_runs_on_it(source, kind, name, tmp_path):
    source = {key: value for key, value in source.items() if value is not None}
    boundary = {"Zone": {"id": "z", "technical_assets_inside": ["shop"]}}
    if "technologies" in source:
        file = content({"Query": link()}, source, trust_boundaries=boundary)
        del file["technical_assets"]["Shop"]["technology"]
        model = read_text(json.dumps(file), "threagile", tmp_path)[0].model
    else:
        model = model_of(tmp_path, {"Query": link()}, source, trust_boundaries=boundary)[0].model
    (agent,) = model.agent.values()
    assert (agent.kind, agent.name or agent.id, agent.runs_on, agent.home) == (kind, name, "shop", "zone")
    assert any("a model decide" in text for _, text in questions(model)) is (kind == "ai-agent")


def test_an_asset_without_links_has_no_agent(tmp_path):
    model = model_of(tmp_path, source={"used_as_client_by_human": True})[0].model
    assert not model.agent


def test_what_is_called_and_calls_is_asked_whether_it_acts_for_its_callers(tmp_path):
    back = {"communication_links": {"Notify": {**link(), "target": "shop"}}}
    model = model_of(tmp_path, {"Query": link()}, target=back)[0].model
    assert not model.delegation
    assert sorted(about for about, _ in questions(model)) == ["agent:database", "agent:shop"]


@all_rows(
    ("own", "data", "sensitivity", "integrity"),
    [
        (("public", "archive"), None, "public", "low"),
        (("internal", "operational"), None, "internal", "medium"),
        (("restricted", "important"), None, "confidential", "high"),
        (("confidential", "critical"), None, "confidential", "high"),
        (("strictly-confidential", "mission-critical"), None, "restricted", "critical"),
        (("public", "critical"), ("strictly-confidential", "archive"), "restricted", "high"),
        (("confidential", "archive"), ("restricted", "mission-critical"), "confidential", "critical"),
        (("?", "?"), ("internal", "archive"), "internal", "low"),
        (("?", None), None, None, "medium"),  # as computed where nothing is said
    ],
)
@all_rows("key", ["data_assets_processed", "data_assets_stored"])
def test_ratings_are_mapped_by_rank_and_the_higher_of_the_asset_and_its_data(
    own, data, sensitivity, integrity, key, tmp_path
):
    target = {"confidentiality": own[0], "integrity": own[1], key: ["orders"] if data else None}
    assets = {"Orders": {"id": "orders", "confidentiality": data[0], "integrity": data[1]}} if data else None
    system = model_of(tmp_path, target=target, data_assets=assets)[0].model.system["database"]
    assert (system.sensitivity, system.computed_integrity) == (sensitivity, integrity)


@all_rows(
    ("technology", "kind"),
    [
        ("vault", "secrets-manager"),
        ("sourcecode-repository", "code-repository"),
        ("build-pipeline", "ci-pipeline"),
        ("load-balancer", "load-balancer"),
        ("unknown-technology", None),
        ("", None),
    ],
)
def test_the_kind_of_a_system_is_made_of_the_technology(technology, kind, tmp_path):
    assert model_of(tmp_path, target={"technology": technology})[0].model.system["database"].kind == kind


def test_zones_do_not_nest_and_what_two_list_is_asked(tmp_path):
    boundaries = {
        "Outer": {"id": "o", "technical_assets_inside": ["db"], "trust_boundaries_nested": ["i"]},
        "Inner": {"id": "i", "technical_assets_inside": ["shop", "shop"]},
        "Other": {"id": "x", "technical_assets_inside": ["db"]},
    }
    model = model_of(tmp_path, trust_boundaries=boundaries)[0].model
    assert sorted(model.zone) == ["inner", "other", "outer"]
    assert (model.system["shop"].zone, model.system["database"].zone) == ("inner", None)
    assert questions(model) == [
        (
            "system:database",
            "“Database” is listed in several trust boundaries: in which of other, outer is it?",
        )
    ]


@all_rows(
    ("more", "text"),
    [
        ({"target": {"internet": True}}, "can outsiders put content into it?"),
        ({"target": {"multi_tenant": True}}, "can one read what another stores?"),
        ({"shared_runtimes": {"Host": {"id": "h", "technical_assets_running": ["db"]}}}, "“Host”, and"),
        ({"questions": {"Who patches?": "", "Who pays?": "We do"}}, "Who patches?"),
        ({"target": {"internet": False, "out_of_scope": True}}, None),
    ],
)  # fmt: skip
def test_what_is_asked_of_a_model(more, text, tmp_path):
    model = model_of(tmp_path, **more)[0].model
    assert len(model.note) == bool(text)
    assert all(text in asked for _, asked in questions(model))


def test_all_assets_of_several_tenants_are_one_question(tmp_path):
    file = content({}, target={"multi_tenant": True})
    file["technical_assets"]["Shop"]["multi_tenant"] = True
    proposed, rows = read_text(json.dumps(file), "threagile", tmp_path)
    (asked,) = (text for _, text in questions(proposed.model) if "tenants" in text)
    assert asked == "“Shop”, “Database” serve several tenants: can one read what another stores?"
    assert [each.rule for each in rows if each.path.endswith("multi_tenant")] == ["multi-tenant"] * 2


def test_a_risk_that_is_mitigated_is_no_checkpoint(tmp_path):
    risk = {
        "missing-authentication@shop>query@shop@db": {
            "status": "mitigated",
            "justification": "A person approves",
        }
    }
    proposed, rows = model_of(tmp_path, risk_tracking=risk)
    assert not proposed.model.checkpoint
    assert {each.rule for each in rows if each.path.startswith("risk_tracking")} == {"risk"}


def test_identity_is_the_id_and_not_the_name(tmp_path):
    boundary = {"Zone": {"id": "z", "technical_assets_inside": ["shop"]}}
    back = {"communication_links": {"Notify": link(target="shop")}, "internet": True}
    links = {"Query": link(), "Ask": link(authentication="none"), "Lost": link(target="elsewhere")}
    file = content(links, target=back, trust_boundaries=boundary)
    one = read_text(json.dumps(file), "threagile", tmp_path)[0]
    file["technical_assets"] = {"Store": file["technical_assets"].pop("Shop"), **file["technical_assets"]}
    other = read_text(json.dumps(file), "threagile", tmp_path)[0]
    assert sorted(one.model.system) == ["database", "shop"]
    assert sorted(other.model.system) == ["database", "store"]
    assert len(one.identities) == 12
    assert set(one.identities.values()) == set(other.identities.values())


MERGED = """
threagile_version: 1.0.0
technical_assets:
  Base: &base
    id: base
    technology: vault
    owner: Team
    communication_links: {Read: {target: other, authentication: token, readonly: true}}
  Other:
    <<: *base
    id: other
    owner: Others
"""


def test_what_an_alias_takes_over_is_read_and_what_is_replaced_says_so(tmp_path):
    proposed, rows = read_text(MERGED, "threagile", tmp_path, "threagile.yaml")
    model = proposed.model
    assert [(each.owner, each.kind) for each in model.system.values()] == [
        ("Team", "secrets-manager"),
        ("Others", "secrets-manager"),
    ]
    assert {each.system for each in model.grant.values()} == {"other"}
    assert [each.path for each in rows if each.rule == "merged"] == [
        'technical_assets.Other["<<"].id',
        'technical_assets.Other["<<"].owner',
    ]
    assert "not understood" not in {each.verdict for each in rows}


def parts(tmp_path, *names):
    texts = {
        "main.yaml": "threagile_version: 1.0.0\nincludes: [assets.yaml, more/zones.yaml, main.yaml]\n",
        "assets.yaml": "technical_assets:\n  Shop: {id: shop}\n",
        "more/zones.yaml": "trust_boundaries:\n  Zone: {id: z, technical_assets_inside: [shop]}\n",
    }
    (tmp_path / "more").mkdir()
    for name in names:
        (tmp_path / name).write_text(texts[name], encoding="utf-8")
    return read([tmp_path / name for name in names], "threagile", tmp_path)[0]


def test_files_that_include_one_another_are_one_model(tmp_path):
    proposed = parts(tmp_path, "assets.yaml", "main.yaml", "more/zones.yaml")
    assert proposed.model.system["shop"].zone == "zone"
    assert {each.scope for each in proposed.identities.values()} == {"main.yaml"}
    assert proposed.sources["system", "shop"] == {"assets.yaml"}
    assert not proposed.partial


def test_a_file_that_is_included_and_not_given_is_asked_and_not_opened(tmp_path):
    (tmp_path / "secret.yaml").write_text("technical_assets: {Other: {id: other}}", encoding="utf-8")
    proposed = parts(tmp_path, "main.yaml", "assets.yaml")
    assert list(proposed.model.system) == ["shop"]
    assert proposed.partial == {"main.yaml": "it includes files that are not in this import"}
    assert [text for _, text in questions(proposed.model)] == [
        "The model includes “more/zones.yaml”, which is not in this import: what does it say?"
    ]


def test_two_models_in_one_import_are_not_joined(tmp_path):
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(content({"Query": link()})), encoding="utf-8")
    model = read([tmp_path / "a.json", tmp_path / "b.json"], "threagile", tmp_path)[0].model
    assert sorted(model.grant) == [("query-of-shop", "database"), ("query-of-shop-2", "database-2")]


@all_rows(
    "text",
    [
        "title: x\n",
        "services: {}\n",
        "includes: {a: b}\nversion: '3'\n",
        "data_assets: {A: {id: a}}\nkind: x\n",
        "- 1\n",
    ],
)
def test_other_yaml_is_none(text, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MeshmodelError, match="is of no form"):
        read_files([path], tmp_path)


SECRET = "ghp_" + "a1B2c3D4e5" * 3 + "abcdef"


def test_no_secret_comes_in(tmp_path):
    said = dict.fromkeys(
        ("description", "owner", "technology", "protocol", "authentication", "target"), SECRET
    )
    links = {
        SECRET: link(**{**said, "target": "db"}),
        "b": link(target=SECRET),
        "c": link(authentication=SECRET),
    }
    file = content(links, {**said, "tags": [SECRET], "data_assets_stored": [SECRET]}, includes=[SECRET])
    file["technical_assets"][SECRET] = {"id": SECRET, **said}
    file["trust_boundaries"] = {SECRET: {"id": f"key={SECRET}", "technical_assets_inside": ["shop", SECRET]}}
    file["shared_runtimes"] = {SECRET: {"id": SECRET, "description": SECRET}}
    file["questions"] = {f"Is {SECRET} the key?": ""}
    proposed, rows = read_text(json.dumps(file), "threagile", tmp_path)
    assert SECRET not in repr((proposed.model, proposed.identities, proposed.partial, rows))
    assert len([each for each in rows if each.verdict == "secret withheld"]) >= 20


def test_the_model_is_analysed(tmp_path):
    boundary = {"Zone": {"id": "z", "technical_assets_inside": ["shop"]}}
    model = model_of(tmp_path, {"Query": link()}, trust_boundaries=boundary)[0].model
    assert any(each.rule == "missing-checkpoint" for each in analyse(model).findings)


words = (
    st.sampled_from(["a", "b", "", "none", "token", "ai", "public", "s\nt", SECRET])
    | st.none()
    | st.booleans()
)
anything = words | st.lists(words, max_size=2) | st.dictionaries(st.sampled_from("ab"), words, max_size=2)
LINK = ("authentication", "authorization", "readonly", "description", "x")
ASSET = (
    "technology",
    "confidentiality",
    "owner",
    "data_assets_stored",
    "used_as_client_by_human",
    "internet",
    "<<",
    "x",
)
OTHER = ("technical_assets_inside", "trust_boundaries_nested", "technical_assets_running", "description", "x")
links = st.dictionaries(
    words.map(str),
    st.fixed_dictionaries({"target": words}, optional=dict.fromkeys(LINK, anything)) | anything,
    max_size=3,
)
entries = st.dictionaries(
    st.sampled_from(["a", "b", SECRET, "\n"]),
    st.fixed_dictionaries(
        {"id": words}, optional={"communication_links": links, **dict.fromkeys((*ASSET, *OTHER), anything)}
    )
    | anything,
    max_size=3,
)  # fmt: skip
SECTIONS = ("technical_assets", "data_assets", "trust_boundaries", "shared_runtimes")


@given(
    st.fixed_dictionaries(
        {"technical_assets": entries},
        optional={
            **dict.fromkeys(SECTIONS[1:], entries | anything),
            **dict.fromkeys(("includes", "questions", "title", "x"), anything),
        },
    )
)
def test_whatever_the_entries_every_leaf_is_in_one_row(file):
    check_rows(file, "threagile")
