"""Other projects' numbers as a standing check: what they call valid is found behind its label.

Read where they are installed; a folder of their unpacked archives is measured by `bench/outside.py`.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from stageflow_guard.redaction import Redactor

pytest.importorskip("stdnum", reason="python-stdnum comes with the dev extra")
BENCH = Path(__file__).resolve().parents[2] / "bench" / "outside.py"
_spec = importlib.util.spec_from_file_location("outside", BENCH)
outside = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(outside)
REDACTOR = Redactor()


def share(rates):
    return sum(hit for hit, _ in rates.values()) / sum(total for _, total in rates.values())


def test_documented_numbers_are_found_behind_their_labels():
    """python-stdnum's own examples of more than eighty national numbers: 97 of 100, none below half."""
    rates = outside.stdnum(REDACTOR)
    assert sum(total for _, total in rates.values()) > 500
    assert share(rates) >= 0.97, rates
    assert all(hit * 2 >= total for hit, total in rates.values()), rates


def test_phone_numbers_of_all_regions_are_found():
    """libphonenumber's examples, in national writing: with a label 98 of 100, bare 60 of 100."""
    rates = outside.phones(REDACTOR)
    for name, bar in (("label", 0.98), ("bare, default regions", 0.60), ("bare", 0.60)):
        hit, total = rates[name]
        assert hit >= bar * total, rates


def test_the_measure_counts_a_value_that_is_left():
    """A value of which one digit shows counts as left."""
    assert not outside.whole(REDACTOR, "the number 12 is shown", "12")
    assert outside.whole(REDACTOR, "my SSN is 536-90-4399", "536-90-4399")


GO = r"""package rules
func Harbor() {
	// a comment with "quotes"
	tps := utils.GenerateSampleSecrets("harbor", secrets.NewSecret(utils.Hex("32")))
	tps = append(tps, `harbor: "` + secrets.NewSecret(`[a-z]{4}[0-9]{8}`) + `"`, "plain \"text\"")
	r.FPs = []string{`harbor = ${TOKEN}`}
}
"""
PYTHON = """import pytest

KEY = "q7RkT2mZ9xWb4LpV"


@pytest.mark.parametrize("payload, should_flag", [("token: {}".format(KEY), True), ("token: none", False)])
def test_analyze_line(payload, should_flag):
    raise AssertionError("never run")
"""


def test_a_checkouts_cases_are_parsed_and_never_run(tmp_path):
    """Go's rules with their generator, Python's parameters: texts, what is to be found, what is harmless."""
    import outside_suites

    config = tmp_path / "gl" / "cmd" / "generate" / "config"
    (config / "rules").mkdir(parents=True)
    (config / "utils").mkdir()
    (config / "rules" / "harbor.go").write_text(GO)
    (config / "utils" / "patterns.go").write_text(
        "func Hex(size string) string {\n\treturn fmt.Sprintf(`[a-f0-9]{%s}`, size)\n}\n"
    )
    (config / "utils" / "generate.go").write_text(
        'samples := map[string]string{\n"a": "{i}Token = {s}",\n"b": `<{i}>{s}</{i}>`,\n}\n'
    )
    cases = outside_suites.read(tmp_path / "gl")
    assert [c.harmless for c in cases] == [False, False, False, False, True]
    first, *_ = cases
    ((a, b),) = first.values
    assert first.text == f"harborToken = {first.text[a:b]}" and b - a == 32
    assert cases[3].text == 'plain "text"' and cases[3].values == ()

    (tmp_path / "ds" / "tests" / "plugins").mkdir(parents=True)
    (tmp_path / "ds" / "tests" / "plugins" / "own_test.py").write_text(PYTHON)
    cases = outside_suites.read(tmp_path / "ds")
    assert [(c.family, c.text, c.harmless) for c in cases] == [
        ("own", "token: q7RkT2mZ9xWb4LpV", False), ("own", "token: none", True),
    ]  # fmt: skip
    assert outside.found(cases[0], [(7, 23, "SECRET")]) and not outside.found(cases[0], [])


def test_a_family_is_in_one_half_whoever_asks():
    """By a digest of its name: nobody chose which rules are tuned on."""
    halves = [outside.half(f"rule-{i}") for i in range(200)]
    assert halves == [outside.half(f"rule-{i}") for i in range(200)]
    assert 60 < halves.count("held out") < 140
