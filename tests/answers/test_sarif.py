"""SARIF is valid, points to the right lines, and is the same for the same findings."""

import re
from pathlib import PurePosixPath
from urllib.request import urlopen

import jsonschema
from markdown_it import MarkdownIt

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.rules import RULES
from meshmodel.answers.sarif import MOST_TAGS, located, sarif_log, tags
from meshmodel.interchange.error_lines import record_lines
from meshmodel.interchange.reader import read_text
from tests.answers.sarif_schema import LOG
from tests.docs.pages import ROOT
from tests.rows import all_rows

VALIDATOR = jsonschema.Draft202012Validator(LOG)
EXAMPLES = sorted((ROOT / "models").glob("*.toml"))


PLACE = PurePosixPath("models/a b.toml")


def results(text, path=PLACE):
    snapshot = read_text(text)
    return list(located(analyse(snapshot).findings, path, record_lines(text, snapshot)))


@all_rows("example", EXAMPLES)
def test_it_is_valid_and_each_result_is_at_a_record_of_its_subject(example):
    text = example.read_text(encoding="utf-8")
    found = results(text)
    log = sarif_log(found, "0.2.0")
    VALIDATOR.validate(log)
    lines = text.splitlines()
    run = log["runs"][0]
    for each in run["results"]:
        rule = run["tool"]["driver"]["rules"][each["ruleIndex"]]
        assert rule["id"] == each["ruleId"]
        place = each["locations"][0]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "models/a%20b.toml"
        at = place["physicalLocation"]["region"]["startLine"]
        record = "\n".join(lines[at : at + 3])
        assert lines[at - 1].startswith("[[")
        ends = place["logicalLocations"][0]["fullyQualifiedName"].split(">")
        assert all(f'"{end}"' in record for end in ends)


def test_a_result_keeps_its_fingerprint_and_finds_its_line_after_comments_and_reordering():
    text = (ROOT / "models" / "support-agent.toml").read_text(encoding="utf-8")
    head, *tables = text.split("\n[[")
    other = "# a comment\n" * 7 + head + "".join(f"\n# [[agent]]\n[[{each}" for each in reversed(tables))
    before, after = (
        {
            (each["ruleId"], each["message"]["text"]): each
            for each in sarif_log(results(either), "0.2.0")["runs"][0]["results"]
        }
        for either in (text, other)
    )
    assert before.keys() == after.keys()

    def record(either, result):
        at = result["locations"][0]["physicalLocation"]["region"]["startLine"]
        return either.splitlines()[at - 1 : at + 2]

    for key, each in before.items():
        assert each["partialFingerprints"] == after[key]["partialFingerprints"]
        assert record(text, each) == record(other, after[key])


def test_texts_are_sentences_and_rules_have_help_in_markdown():
    text = (ROOT / "models" / "token-leak.toml").read_text(encoding="utf-8")
    log = sarif_log(results(text), "0.2.0", ["b.toml: not checked: is not TOML"])
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    texts = [
        *(each["message"]["text"] for each in run["results"]),
        *(each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]),
    ]
    for rule in driver["rules"]:
        texts += [rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"]]
        tokens = MarkdownIt().parse(rule["help"]["markdown"])
        items = sum(each.type == "list_item_open" for each in tokens)
        assert items == len(next(each.references for each in RULES if each.id == rule["id"]))
    assert [each for each in texts if not each[0].isalnum() or not re.search(r"[^.]\.$", each)] == []
    assert [each for each in texts if re.search(r"[a-z] (Not a fault|References)", each)] == []


def test_the_program_says_where_it_is_described_without_an_address_that_does_not_exist():
    uri = sarif_log([], "0.2.0")["runs"][0]["tool"]["driver"]["informationUri"]
    with urlopen(uri) as opened:
        assert opened.read() == b"meshmodel 0.2.0: its manual is printed by meshmodel help."


@all_rows("rule", RULES)
def test_a_rule_has_at_most_ten_tags_and_its_weaknesses_first(rule):
    found = tags(rule)
    assert len(found) <= MOST_TAGS
    weaknesses = [each.lower() for each in rule.references if each.startswith("CWE")]
    assert found[: 1 + len(weaknesses)] == ["security", *(f"external/cwe/{each}" for each in weaknesses)]


def test_a_failed_check_is_no_successful_run():
    log = sarif_log([], "0.2.0", ["b.toml: not checked: is not TOML"])
    VALIDATOR.validate(log)
    assert log["runs"][0]["invocations"][0]["executionSuccessful"] is False
