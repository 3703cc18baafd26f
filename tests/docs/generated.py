"""What the program writes of the manual: ``python -m tests.docs`` renews it, and a test compares.

A page has marks for what is written into it: ``<!-- begin rules -->`` and ``<!-- end rules -->``. A ``text``
block right after an example shows what the example prints.
"""

import argparse
import contextlib
import json
import re
import shutil
import sqlite3
import tempfile
import textwrap
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from meshmodel import cli
from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rules import RULES
from meshmodel.answers.baseline import baseline_text, known_findings
from meshmodel.answers.standards import RELEASES, titled
from meshmodel.commands.keys import key_table
from meshmodel.commands.models import OTHER_NAMES
from meshmodel.commands.rules import example_of
from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.exporters.policies.stub import policy_stub
from meshmodel.importers import applications
from meshmodel.importers.forms import FORMS
from meshmodel.importers.ledger import FormRule
from meshmodel.importers.rule_tables import TABLES
from meshmodel.interchange import read_file, read_text
from meshmodel.language.catalogue import ENTRIES
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.store.examples import examples
from meshmodel.store.store import Store
from tests.docs.examples import call, prepare, run_page
from tests.docs.json_import import SAMPLES
from tests.docs.json_samples import BLOCKED, CHAIN, CHAIN_LOG, CLOUDTRAIL, LATER, PARKED, SPARE_MAP
from tests.docs.json_scan import FOLDER
from tests.docs.json_shapes import section
from tests.docs.json_words import DOCUMENTS, Document
from tests.docs.pages import ROOT, blocks, text_of

BAR: Final = r"\|"
"""A bar within a cell of a table."""
_MARK: Final = re.compile(r"<!-- begin ([^>]+) -->\n.*?<!-- end \1 -->", re.DOTALL)


def renewed(text: str) -> str:
    """A page with all that the program writes as it writes it now."""
    return with_outputs(with_tables(text))


def with_tables(text: str) -> str:
    """A page with what stands between marks as the program writes it now."""
    return _MARK.sub(
        lambda mark: f"<!-- begin {mark[1]} -->\n\n{written(mark[1])}\n\n<!-- end {mark[1]} -->", text
    )


def with_outputs(text: str) -> str:
    """A page with what its examples print now; each of them is run."""
    with tempfile.TemporaryDirectory() as desk:
        printed = {each.block.end: each.printed for each in run_page(text, Path(desk))}
    for block in reversed([each for each in blocks(text) if each.is_output]):
        before = max(end for end in printed if end < block.start)
        text = f"{text[: block.start]}{printed[before]}{text[block.end :]}"
    return text


def written(name: str) -> str:
    """What stands between the marks of a name."""
    kind, _, which = name.partition(" ")
    match kind:
        case "command":
            return command(which)
        case "json":
            return json_section(which)
        case "fields":
            return fields(which)
        case "form":
            return form_rules(which)
        case _:
            tables = {
                "rules": rules,
                "releases": releases,
                "keys": key_table,
                "examples": example_table,
                "catalogue": catalogue_table,
                "applications": lambda: rule_table(
                    rule for name, rule in applications.RULES.items() if name not in TABLES["servers"]
                ),
                "servers": lambda: rule_table(TABLES["servers"].values()),
                "clients": lambda: rule_table([*TABLES["clients"].values(), *TABLES["settings"].values()]),
            }
            return tables[name]()


def rules() -> str:
    """Every rule: all that is known of it, and what a finding of it says."""
    table = "\n".join(
        [
            "| rule | severity |",
            "|---|---|",
            *(f"| [{each.id}](#{each.id}) | {each.severity} |" for each in RULES),
        ]
    )
    parts = [table]
    for rule in RULES:
        message, model = example_of(rule) or ("", "")
        named = (titled(*each) for each in rule.conditions.items())
        told = (
            ("Severity", rule.severity),
            ("Says", f"{message} (in {model})"),
            ("To do", rule.remedy),
            ("May be wrong", ". ".join(rule.false_positives)),
            ("Follows", "; ".join(named)),
        )
        items = "\n".join(f"- {head}: {words}." for head, words in told)
        parts.append(f"## {rule.id}\n\n{rule.detects}.\n\n{items}")
    return "\n\n".join(parts)


def releases() -> str:
    """The releases of standards to which the rules refer, by how an identifier of theirs begins."""
    rows = [f"| `{beginning}` | {release} |" for beginning, release in RELEASES.items()]
    return "\n".join(["| written | release |", "|---|---|", *rows])


def example_table() -> str:
    """The worked examples: name, and the first sentence of each."""
    rows = [f"| `{each.id}` | {each.sentence} |" for each in examples()]
    return "\n".join(["| name | what it shows |", "|---|---|", *rows])


def catalogue_table() -> str:
    """The parts of the catalogue, in sentences of the quick line."""
    rows = [f"| `{each.key}` | {each.what} | `{each.sentences}` |" for each in ENTRIES]
    return "\n".join(["| part | what it is | what is added |", "|---|---|---|", *rows])


def fields(table: str) -> str:
    """The fields of a table of the interchange file."""
    rows = [
        f"| `{each.key}`{'*' if each.required else ''} | {_holds(each)} |" for each in SCHEMA[table].fields
    ]
    return "\n".join(["| key | holds |", "|---|---|", *rows])


def form_rules(form: str) -> str:
    """The table of mapping of a form of foreign files, without what is told once for several forms."""
    rules = FORMS[form].load().RULES.values()
    shared = (applications.RULES, *(TABLES[each] for each in ("servers", "clients", "settings")))
    told = {rule for table in shared if {*table.values()} <= {*rules} for rule in table.values()}
    return rule_table(each for each in rules if each not in told)


def rule_table(rules: Iterable[FormRule]) -> str:
    """Rules as rows, each with its verdict and why."""
    rows = [f"| {each.construct} | {each.verdict} | {each.why} |" for each in rules]
    return "\n".join(["| what is read | verdict | what becomes of it |", "|---|---|---|", *rows])


_KINDS: Final = {
    "id": "its id",
    "reference": "an id",
    "references": "a list of ids",
    "line": "one line",
    "paragraph": "a paragraph",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "actions": "a list of actions",
    "names": "a list of names",
    "aliases": "a list of names",
    "accesses": "a list of system:action",
    "element": "kind:id, or a step",
    "lifetime": "a lifetime",
    "date": "a date",
    "slot": "two whole numbers",
}


def _holds(field: Field) -> str:
    """What a field holds, its default, and its hint."""
    if field.type in {"choice", "suggestion"}:
        kind = ", ".join(field.choices) + (", or any other word" if field.type == "suggestion" else "")
    else:
        kind = _KINDS[field.type] + (f" ({', '.join(field.refers)})" if field.refers else "")
    if field.hint.startswith(kind):
        return field.hint
    default = str(field.default).lower() if isinstance(field.default, bool) else field.default
    said = "" if default is None else f"; default: {default}"
    return f"{kind}{said}{f'. {field.hint[0].upper()}{field.hint[1:]}' if field.hint else ''}"


def parsers() -> dict[str, argparse.ArgumentParser]:
    """The parser of every command, in the order of the help."""
    parser = cli.command_parser()
    (commands,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    others = {other for names in OTHER_NAMES.values() for other in names}
    return {name: each for name, each in commands.choices.items() if name not in others}


def command(name: str) -> str:
    """How a command is called, what it does, and its arguments; so of each thing that one of several does."""
    parser = parsers()[name]
    for each in parser._actions:
        if isinstance(each, argparse._SubParsersAction):
            parts = (_command(f"{name} {word}", part) for word, part in each.choices.items())
            return "\n\n".join([_described(parser), *parts])
    return _command(name, parser)


def _command(name: str, parser: argparse.ArgumentParser) -> str:
    actions = [each for each in parser._actions if each.dest != "help" and each.help != argparse.SUPPRESS]
    options = [each for each in actions if each.option_strings]
    words = [each for each in actions if not each.option_strings]
    usage = " ".join(["meshmodel", name, *map(_word, words), *map(_option, options)])
    if parser.usage:
        usage = " ".join(parser.usage.split()).replace(" [-h]", "")
    rows = [f"| `{_named(each).replace('|', BAR)}` | {each.help} |" for each in [*words, *options]]
    table = ["", "| argument | what |", "|---|---|", *rows] if rows else []
    return "\n".join([f"    {usage}", "", _described(parser), *table])


def _described(parser: argparse.ArgumentParser) -> str:
    return textwrap.fill(" ".join((parser.description or "").split()), 118, break_on_hyphens=False)


def _word(action: argparse.Action) -> str:
    name = str(action.metavar)
    return {None: name, "+": f"{name}...", "?": f"[{name}]", "*": f"[{name}...]"}[action.nargs]  # type: ignore[index]  # no other is used


def _option(action: argparse.Action) -> str:
    said = _named(action)
    return said if action.required else f"[{said}]"


def _named(action: argparse.Action) -> str:
    if not action.option_strings:
        return str(action.metavar)
    name = action.option_strings[0]
    if action.nargs == 0:
        return name
    return f"{name} {action.metavar or '|'.join(map(str, action.choices or ()))}"


def json_section(form: str) -> str:
    """What the page says of a form of answer."""
    (document,) = (each for each in DOCUMENTS if each.format == form)
    return section(document, answers(document)[0])


def _known_of_chain() -> str:
    """A baseline with a finding of the chain as it is, one that was less severe, and one that is gone."""
    same, worse, *_ = known_findings(analyse(read_text(CHAIN.lstrip()))).items()
    lower = replace(worse[1], severity="low")
    return baseline_text({"chain.toml": dict([same, (worse[0], lower), (("toxic-flow", "gone"), lower)])})


def _write_stubs(desk: Path) -> None:
    """Policy stubs of two examples, one of them filled in, and a later version of this example."""
    chosen = {'kind = ""': 'kind = "human-approval"', 'decided_at = ""': 'decided_at = "warehouse"'}
    for name, filled in (("token-leak", chosen), ("finance-orchestrator", dict[str, str]())):
        snapshot = read_file(desk / f"{name}.toml")
        stub = policy_stub(snapshot, analyse(snapshot))
        for old, new in filled.items():
            stub = stub.replace(old, new)
        Path(desk, f"{name}.policy.toml").write_text(stub, encoding="utf-8")
    later = Path(desk, "token-leak.toml").read_text(encoding="utf-8").replace("warehouse-key", "load-key")
    later = later.replace(
        'system = "bucket"\nactions = ["read"]', 'system = "bucket"\nactions = ["read", "write"]'
    )
    Path(desk, "later-leak.toml").write_text(later, encoding="utf-8")


def _decide(path: Path) -> None:
    """A model with one decision by somebody, always at the same time."""
    with Store.create(path, read_file(ROOT / "models" / "support-agent.toml")):
        pass
    with Store.open(path, person="Ada") as store:
        step = ("grant", "file-sas", "attachments")
        store.apply(add_checkpoints(store.snapshot, [step], "enforced"))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE journal SET time = '2026-11-28T10:00:00+00:00'")


def answers(document: Document) -> list[list[dict[str, Any]]]:
    """The answers of each command of a form, in a folder that has the examples."""
    with tempfile.TemporaryDirectory() as desk:
        prepare(Path(desk))
        (plan,) = (each.code for each in blocks(text_of("fix")) if each.name == "desk.toml")
        own = {"chain.toml": CHAIN, "chain.jsonl": CHAIN_LOG, "blocked.toml": BLOCKED, "desk.toml": plan}
        own |= {"cloudtrail.json": CLOUDTRAIL, "spare.map.toml": SPARE_MAP}
        for name, content in own.items():
            Path(desk, name).write_text(content.lstrip(), encoding="utf-8")
        narrow = Path(desk, "support-agent.toml").read_text(encoding="utf-8")
        wider = narrow.replace('actions = ["read"]', 'actions = ["read", "write"]')
        Path(desk, "wider.toml").write_text(wider, encoding="utf-8")
        Path(desk, "parked.toml").write_text(narrow + PARKED, encoding="utf-8")
        leak = Path(desk, "token-leak.toml").read_text(encoding="utf-8")
        _decide(Path(desk, "decided.mesh"))
        orders = 'agent = "orchestrator"\nsystem = "ledger"\n'
        finance = Path(desk, "finance-orchestrator.toml").read_text(encoding="utf-8")
        Path(desk, "counted.toml").write_text(
            finance.replace(orders, f"{orders}per_day = 40\n"), encoding="utf-8"
        )
        Path(desk, "brief.toml").write_text(leak.replace('"180d"', '"8m"'), encoding="utf-8")
        log = Path(desk, "token-leak.jsonl").read_text(encoding="utf-8")
        Path(desk, "brief.jsonl").write_text(log + LATER, encoding="utf-8")
        Path(desk, "known.json").write_text(_known_of_chain(), encoding="utf-8")
        _write_stubs(Path(desk))
        for name, content in (*SAMPLES.items(), *FOLDER.items()):
            Path(desk, name).parent.mkdir(parents=True, exist_ok=True)
            Path(desk, name).write_text(content, encoding="utf-8")
        shutil.copy(ROOT / "tests" / "logs" / "release.jsonl", desk)
        shutil.copytree(ROOT / "models" / "answer-desk", Path(desk, "desk"))
        Path(desk, "renamed.jsonl").write_text(
            CHAIN_LOG.lstrip().replace("reader", "a-reader"), encoding="utf-8"
        )
        with contextlib.chdir(desk):
            return [
                [json.loads(line) for line in call(f"meshmodel {each}").splitlines()]
                for each in (document.shown, *document.more)
            ]
