import random
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.interchange import read_file, read_text, write_text
from meshmodel.model.records import (
    TABLES,
    About,
    Acceptance,
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Grant,
    Hold,
    Intent,
    Note,
    System,
    Zone,
)
from meshmodel.model.schema import SCHEMA
from meshmodel.model.validation import check_snapshot, normalise
from tests.rows import all_rows
from tests.store.sample import SAMPLE
from tests.store.snapshots import snapshot_of, snapshots

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.toml"))


@pytest.mark.slow
@given(snapshots())
def test_what_is_written_is_read_back_byte_for_byte(snapshot):
    check_snapshot(snapshot)
    text = write_text(snapshot)
    again = read_text(text)
    assert again == snapshot
    assert write_text(again) == text
    assert "\r" not in text


@given(snapshots(), st.randoms(use_true_random=False))
def test_the_order_of_records_and_lists_makes_no_difference(snapshot, some):
    changed = {}
    for name in TABLES:
        shuffled = list(snapshot.table(name).items())
        some.shuffle(shuffled)
        changed[name] = {key: _reversed_lists(record) for key, record in shuffled}
    assert write_text(replace(snapshot, **changed)) == write_text(snapshot)


def _reversed_lists(record):
    lists = {
        field.name: getattr(record, field.name)[::-1]
        for field in fields(record)
        if field.name != "at" and isinstance(getattr(record, field.name), tuple)
    }
    return replace(record, **lists)


@all_rows("path", CASES)
def test_every_conformance_case_round_trips(path):
    model = read_file(path)
    text = write_text(model)
    assert read_text(text) == model
    assert write_text(read_text(text)) == text


def test_a_model_with_every_table_and_every_field_in_the_fixed_order():
    text = write_text(SAMPLE)
    assert read_text(text) == SAMPLE
    headers = [line for line in text.splitlines() if line.startswith("[[")]
    assert [name for name in TABLES if f"[[{name}]]" in headers] == list(TABLES)
    assert headers == sorted(headers, key=[f"[[{name}]]" for name in TABLES].index)
    for name, table in SCHEMA.items():
        order = [field.key for field in table.fields]
        for block in text.split("\n\n"):
            if block.startswith(f"[[{name}]]"):
                keys = [line.split(" = ")[0] for line in block.splitlines()[1:]]
                assert keys == sorted(keys, key=order.index)


def test_a_checkpoint_on_a_trigger_that_is_not_drawn_is_read_and_written_as_one_on_hearing():
    text = (
        'format = "meshmodel/1"\n[[system]]\nid = "s"\n[[agent]]\nid = "a"\n[[checkpoint]]\nid = "k"\n'
        'kind = "human-approval"\nstep = "trigger"\nfrom = "s"\nto = "a"\n'
    )
    assert read_text(text).checkpoint["k"].step == "hearing"
    assert 'step = "hearing"' in write_text(read_text(text))
    drawn = text + '[[trigger]]\nsystem = "s"\nagent = "a"\n'
    assert read_text(drawn).checkpoint["k"].step == "trigger"
    both = drawn + drawn[drawn.index("[[checkpoint]]") : drawn.index("[[trigger]]")]
    both = both.replace('id = "k"', 'id = "read"', 1).replace('"trigger"', '"hearing"', 1)
    assert {key: each.step for key, each in read_text(both).checkpoint.items()} == {
        "read": "hearing",
        "k": "trigger",
    }


@all_rows(
    ("written", "again"), [("40.0", "40"), ("40", "40"), ("0.5", "0.5"), ("1e-3", "0.001"), ("1e3", "1000")]
)
def test_equal_numbers_are_written_alike(written, again):
    text = (
        'format = "meshmodel/1"\n[[system]]\nid = "s"\n[[agent]]\nid = "a"\n[[intent]]\nagent = "a"\n'
        f'system = "s"\nactions = ["read"]\nper_day = {written}\n'
    )
    assert write_text(read_text(text)).endswith(f"\nper_day = {again}\n")


@all_rows(
    ("system", "seen"),
    [
        (System("s", sensitivity="public"), True),
        (System("s", sensitivity="public", kind="saas"), False),
        (System("s", exposed=True, kind="database"), False),
        (System("s", exposed=True, kind="object-storage"), True),
        (System("s", exposed=True, kind="browser"), True),
        (System("s", kind="browser"), False),
        (System("s", kind="messaging", exposed_requests=True), True),
    ],
)
def test_who_reads_is_seen_by_default_where_what_is_written_is_but_not_by_every_kind(system, seen):
    assert system.exposes_requests is seen
    stated = replace(system, exposed_requests=seen)
    by_default = replace(system, exposed_requests=None).exposes_requests
    assert normalise(stated).exposed_requests == (None if by_default is seen else seen)


def test_the_form_of_a_written_file():
    model = snapshot_of(
        [
            About("Two", 'Say "yes" \\ no'),
            Zone("z", at=(0, 2)),
            System("b", zone="z"),
            System("a", sensitivity="public", exposed=True, exposed_requests=False, integrity="low"),
            System("d", integrity="critical", untrusted_input=True, typed=True, exposed_requests=True),
            Agent("x", kind="ai-agent", steerable=True, status="active"),
            Agent("y", kind="service", steerable=True),
            Agent("w", steerable=False),
            Agent("v", steerable=True),
            Credential("c", identity="c", binding="bearer", lifetime="5m"),
            Hold("x", "c"),
            Grant("c", "a", ("admin", "read", "write")),
            Delegation("x", "y", only=("b:write", "a:read", "b:execute"), returns="values"),
            Note("n2", "later", due=date(2027, 1, 9), state="done", source="main.tf:3"),
            Note("n1", "why?", "agent:x", "question", "anna"),
            Acceptance("r", "s", "known", "anna", date(2027, 1, 31)),
            Checkpoint("k", "policy-decision", "hold", "x", "c"),
            Custody("a", "c", by=("read",)),
            Custody("b", "c", "issues", ("issue",)),
            Intent("x", "a", ("read",), ("home", "b", "a")),
        ]
    )
    assert write_text(model) == (
        'format = "meshmodel/1"\nname = "Two"\ndescription = "Say \\"yes\\" \\\\ no"\n'
        '\n[[zone]]\nid = "z"\nat = [0, 2]\n'
        '\n[[system]]\nid = "a"\nsensitivity = "public"\nexposed_requests = false\n'
        '\n[[system]]\nid = "b"\nzone = "z"\n'
        '\n[[system]]\nid = "d"\nintegrity = "critical"\nuntrusted_input = true\ntyped = true\n'
        "exposed_requests = true\n"
        '\n[[agent]]\nid = "v"\n'
        '\n[[agent]]\nid = "w"\nsteerable = false\n'
        '\n[[agent]]\nid = "x"\nkind = "ai-agent"\n'
        '\n[[agent]]\nid = "y"\nkind = "service"\nsteerable = true\n'
        '\n[[credential]]\nid = "c"\nlifetime = "5m"\n'
        '\n[[hold]]\nagent = "x"\ncredential = "c"\n'
        '\n[[grant]]\ncredential = "c"\nsystem = "a"\nactions = ["read", "write", "admin"]\n'
        '\n[[custody]]\nsystem = "a"\ncredential = "c"\n'
        '\n[[custody]]\nsystem = "b"\ncredential = "c"\nhow = "issues"\n'
        '\n[[delegation]]\nfrom = "x"\nto = "y"\nonly = ["a:read", "b:execute", "b:write"]\n'
        'returns = "values"\n'
        '\n[[intent]]\nagent = "x"\nsystem = "a"\nactions = ["read"]\nfrom = ["a", "b", "home"]\n'
        '\n[[checkpoint]]\nid = "k"\nkind = "policy-decision"\nstep = "hold"\nfrom = "x"\nto = "c"\n'
        '\n[[note]]\nid = "n1"\nabout = "agent:x"\nkind = "question"\ntext = "why?"\nowner = "anna"\n'
        '\n[[note]]\nid = "n2"\ntext = "later"\nstate = "done"\ndue = 2027-01-09\nsource = "main.tf:3"\n'
        '\n[[acceptance]]\nrule = "r"\nsubject = "s"\nreason = "known"\nby = "anna"\nuntil = 2027-01-31\n'
    )


def test_stated_defaults_and_other_spellings_of_toml_give_the_same_model():
    stated = """
        name = 'm'
        description = \"\"\"one \\
           paragraph\"\"\"
        format = "meshmodel/1"
        system = [
          { id = "s", untrusted_input = false, exposed = true, sensitivity = "public", typed = false },
          { id = "t", integrity = "high", exposed_requests = false, sensitivity = "confidential" }
        ]
        [[agent]]  # a comment
        "id" = "a"
        status = "active"
        steerable = true
        [[agent]]
        id = "b"
        kind = "service"
        steerable = false
        [[credential]]
        id = "c"
        identity = "c"
        subject = "workload"
        [[custody]]
        credential = "c"
        system = "s"
        by = ["read"]
        how = "stores"
        [[note]]
        id = "n"
        text = "said"
        kind = "note"
        state = "open"
        [[delegation]]
        from = "a"
        to = "b"
        returns = "words"
    """
    plain = (
        'format = "meshmodel/1"\nname = "m"\ndescription = "one paragraph"\n'
        '\n[[system]]\nid = "s"\nsensitivity = "public"\n'
        '\n[[system]]\nid = "t"\nsensitivity = "confidential"\n'
        '\n[[agent]]\nid = "a"\n\n[[agent]]\nid = "b"\nkind = "service"\n\n[[credential]]\nid = "c"\n'
        '\n[[custody]]\nsystem = "s"\ncredential = "c"\n\n[[delegation]]\nfrom = "a"\nto = "b"\n'
        '\n[[note]]\nid = "n"\ntext = "said"\n'
    )
    assert write_text(read_text(stated)) == plain
    assert write_text(read_text(stated.replace("\n", "\r\n"))) == plain


def test_an_empty_model_is_its_format_alone():
    assert write_text(read_text('format = "meshmodel/1"')) == 'format = "meshmodel/1"\n'


def test_random_order_of_lines_in_tables(tmp_path):
    text = write_text(SAMPLE)
    some = random.Random(7)
    blocks = []
    for block in text.split("\n\n"):
        first, *rest = block.strip("\n").split("\n")
        some.shuffle(rest)
        blocks.append("\n".join([first, *rest]))
    head, *others = blocks
    some.shuffle(others)
    path = tmp_path / "m.toml"
    path.write_text("\n".join([head, *others]), encoding="utf-8")
    assert read_file(path) == SAMPLE


@pytest.mark.parametrize("value", [None, "principal", "delegate"])
def test_how_a_grant_is_honoured_is_kept_as_it_was_written_and_unknown_where_it_was_not(value):
    ends = '[[system]]\nid = "s"\n\n[[credential]]\nid = "c"\n\n'
    grant = '[[grant]]\ncredential = "c"\nsystem = "s"\nactions = ["read"]\n'
    written = "" if value is None else f'honoured_as = "{value}"\n'
    text = f'format = "meshmodel/1"\n\n{ends}{grant}{written}'
    model = read_text(text)
    assert model.grant["c", "s"].honoured_as == value
    assert write_text(model) == text
