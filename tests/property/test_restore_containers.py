"""A restored value never changes the structure of JSON, a URL, a form or HTML."""

from __future__ import annotations

import html
import json
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stageflow_guard.redaction import Vault
from stageflow_guard.redaction.vault.lines import Lines
from stageflow_guard.redaction.vault.restore_stream import Restoring

VALUES = st.one_of(
    st.text(min_size=1, max_size=60),
    st.sampled_from([
        'x", "role": "admin", "y": "', "two\nlines", "back\\slash", "</script><script>alert(1)</script>", "a&role=admin", "a?b=c#d", "' onload='x", "\u27e6PERSON_9\u27e7",
        "\u2028", "%22%7d", "a/../../b", "{}", "\\u0022",
    ]),
)  # fmt: skip


def minted(value):
    scope = Vault().scope("acme", "s")
    return scope, scope.pseudonym("PERSON", value)


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
@settings(deadline=None)
def test_json_keeps_its_structure(value, ascii_only, indent):
    """Escaped or not, nested JSON in a string too: the value comes back exactly, nothing else changes."""
    scope, mark = minted(value)
    given_ = {"name": mark, "list": ["to " + mark, 1, None], "deep": json.dumps({"a": mark})}
    back = json.loads(scope.restore(json.dumps(given_, ensure_ascii=ascii_only, indent=indent)))
    assert back["name"] == value
    assert back["list"] == ["to " + value, 1, None]
    assert json.loads(back["deep"]) == {"a": value}
    assert list(back) == ["name", "list", "deep"]


@given(VALUES)
@settings(deadline=None)
def test_a_url_and_a_form_keep_their_parts(value):
    """A value is one parameter, one segment: never another."""
    from urllib.parse import quote

    scope, mark = minted(value)
    for written in (mark, quote(mark, safe="")):
        url = urlsplit(scope.restore(f"https://example.com/u/{written}/x?name={written}&role=user"))
        assert url.netloc == "example.com"
        assert [k for k, _ in parse_qsl(url.query, keep_blank_values=True)] == ["name", "role"]
        assert url.path.count("/") == 3
        form = scope.restore(f"name={written}&role=user")
        assert [k for k, _ in parse_qsl(form, keep_blank_values=True)] == ["name", "role"]


@given(VALUES)
@settings(deadline=None)
def test_html_keeps_its_tags(value):
    """A value is text or an attribute's value, whatever it holds."""
    seen = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, [k for k, _ in attrs]))

    scope, mark = minted(value)
    Tags().feed(scope.restore(f'<p class="{mark}">{mark}</p><a href="x">y</a>'))
    assert seen == [("p", ["class"]), ("a", ["href"])]


def test_json_in_a_sentence_stays_json():
    """What a model wraps its JSON in changes nothing."""
    scope, mark = minted('x", "role": "admin')
    text = scope.restore(f'Here it is:\n```json\n{{"name": "{mark}"}}\n```')
    assert json.loads(text.split("```json")[1].split("```")[0]) == {"name": 'x", "role": "admin'}


@pytest.mark.parametrize("broken", ['{"a": "%s"', '{"a": "%s", }', '["x", "%s"'])
def test_what_does_not_parse_restores_nothing(broken, caplog):
    """The placeholder stays, and a warning says so without any text."""
    scope, mark = minted("ada@example.com")
    assert scope.restore(broken % mark) == broken % mark
    assert "does not parse" in caplog.text
    assert "ada@" not in caplog.text


@pytest.mark.parametrize(
    "entity",
    ["US_SSN", "PERSON", "EMAIL", "URL", "XEMAIL_ADDRESS", "CREDIT_CARD", "NOT_EMAIL_ADDRESS"],
)
def test_type_number_and_nonce_must_all_match(entity):
    """A placeholder that was never minted restores nothing by its number alone."""
    scope = Vault().scope("acme", "s")
    scope.pseudonym("EMAIL_ADDRESS", "ada@example.com")
    second = scope.pseudonym("EMAIL_ADDRESS", "bob@example.com")
    forged = second.replace("EMAIL_ADDRESS", entity)
    back = scope.restore(f"see {forged} there")
    assert ("bob@" in back) == (entity == "EMAIL")  # the one that the table of names has
    assert "ada@" not in back


TEMPLATES = (
    'Here: {m}, "quoted {m}" and {m}.',
    '{{"name": "{m}", "n": [1, "{m}"]}}',
    '{{"a": "{m}"}}\n{{"b": "{m}"}}\n',
    '  [{{"x": "{m}"}}, null]',
    "[PERSON] said {m}",
    '{{"broken": "{m}"',
    "<p title='{m}'>{m} & co</p><a href=\"https://x.example/?q={m}&amp;r=1\">z</a>",
    '<!-- {m} --><script>let a = "{m}"</script><b onclick="f(\'{m}\')">{m}</b>',
    "<think about={m} x>{m}",
    "see https://x.example/{m}?q={m}&role=user#f, then {m}",
    "post name={m}&role=user to [it](https://x.example/?a={m})",
    'Result:\n```json\n{{"name": "{m}", "to": ["{m}"]}}\n```\n{m} done',
    "mailto:{m}?subject={m}",
    "{m}",
    "名前は{m}です。" * 3,
    "< {m} > {m}",
    "{{ {m} }}",
)


@given(VALUES, st.sampled_from(TEMPLATES), st.lists(st.integers(0, 400), max_size=8), st.booleans())
@settings(deadline=None)
def test_a_stream_restores_as_the_whole_text(value, template, cuts, padded):
    """Whatever the container, and wherever it is cut: placeholders, escapes and tags included."""
    scope, mark = minted(value)
    text = template.format(m=mark) + ("\nand so on " * 60 if padded else "")
    whole = scope.restore(text)
    stream, out, at = Restoring(scope), [], 0
    for cut in sorted(cuts):
        out.append(stream.feed(text[at : max(at, cut)]))
        at = max(at, cut)
    out += [stream.feed(text[at:]), stream.finish()]
    assert "".join(out) == whole


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_stream_of_single_characters_restores_as_the_whole_text(template):
    """The smallest chunks that there are."""
    scope, mark = minted(
        'x", "role": "admin',
    )
    text = template.format(m=mark) * 3
    stream = Restoring(scope)
    assert "".join([*map(stream.feed, text), stream.finish()]) == scope.restore(text)


@given(VALUES)
@settings(deadline=None)
def test_a_url_in_a_sentence_keeps_its_parts(value):
    """A value in a link of prose or Markdown is one parameter; the sentence around it is as it was."""
    scope, mark = minted(value)
    text = scope.restore(
        f"see https://e.example/s?q={mark}&role=user and [x](https://e.example/{mark}/y) ok"
    )
    first, second = text.split(" and [x](")
    assert parse_qsl(urlsplit(first[4:]).query, keep_blank_values=True) == [
        ("q", value),
        ("role", "user"),
    ]
    assert urlsplit(second.split(") ok")[0]).path.count("/") == 2


@given(VALUES)
@settings(deadline=None)
def test_html_keeps_its_attributes_and_its_links(value):
    """Without quotes, in a link's query, in a comment: one value, one attribute."""
    seen = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, [k for k, _ in attrs]))

    scope, mark = minted(value)
    page = scope.restore(
        f"<p id={mark} lang=en>{mark}<!-- {mark} --><a href='https://e.example/?q={mark}&amp;role=user'>y</a></p>"
    )
    Tags().feed(page)
    assert seen == [("p", ["id", "lang"]), ("a", ["href"])]
    query = urlsplit(html.unescape(page.split("href='")[1].split("'")[0])).query
    assert [k for k, _ in parse_qsl(query, keep_blank_values=True)] == ["q", "role"]


@pytest.mark.parametrize(
    "unsafe",
    [
        '<p><script>let a = "%s"</script>', "<p><style>%s{}</style>", '<b onclick="f(\'%s\')">', "<p %s>", "<p><%s>", '<b style="x:%s">',
        '<iframe srcdoc="%s">', "<p title=x></%s>",
    ],
)  # fmt: skip
def test_nothing_is_restored_where_a_value_could_run(unsafe, caplog):
    """In scripts, styles, handlers and tags the placeholder stays, and a warning says so."""
    scope, mark = minted("alert(1)//")
    assert scope.restore(unsafe % mark) == unsafe % mark
    assert "written safely" in caplog.text


def test_a_link_is_no_script():
    """A value that begins a link is an address, never a program."""
    scope, mark = minted("JavaScript:alert(1)")
    assert scope.restore(f'<a href="{mark}">x</a>') == f'<a href="{mark}">x</a>'
    scope, mark = minted("https://ada.example/me")
    assert scope.restore(f'<a href="{mark}">x</a>') == '<a href="https://ada.example/me">x</a>'


def test_half_a_character_is_written_as_a_question_mark_in_a_url():
    """A lone surrogate has no encoding: the value is replaced, nothing fails."""
    scope, mark = minted("a\ud800b")
    assert scope.restore(f"see https://e.example/?q={mark}") == "see https://e.example/?q=a%3Fb"


def test_json_line_by_line_is_restored():
    """Each line is a text of its own; one that does not parse leaves all as it is."""
    scope, mark = minted('a", "role": "admin')
    back = scope.restore(f'{{"n": "{mark}"}}\n{{"n": "{mark}"}}\n')
    assert [json.loads(line) for line in back.splitlines()] == [{"n": 'a", "role": "admin'}] * 2
    broken = f'{{"n": "{mark}"}}\n{{"n": "{mark}"\n'
    assert scope.restore(broken) == broken


DOCUMENT = """---
name: {m}
note: call {m} now
double: "to {m}!"
single: 'to {m}!'
list:
  - {m}
  - [a, {m}, b]
  - {{k: {m}, z: 1}}
  - key: |
      first
      {m}
    after: 2
folded: >
  to {m}
# about {m}
? {m}
: key
end: {m}  # the end
"""


def scalars(value):
    if isinstance(value, dict):
        return [s for k, v in value.items() for s in (*scalars(k), *scalars(v))]
    return [s for v in value for s in scalars(v)] if isinstance(value, list) else [value]


HARD = [
    "a: b", "- x", "x #y", "#", "'", "''q", "[1, 2]", "{a: 1}", "---", "&a", "*a", "!t", "%d", "@x", "key:", ": v", "?a", "5 o'clock", "x, y", "| z", "007", "true", "=",
    "<<", " x", "x\n", "a\tb", "\U0001f600 x",
]  # fmt: skip


def require_kept(template, value, *, urls=False):
    """A scalar of YAML stays one, with the value or as it was; `urls`: one in a link is encoded."""
    yaml = pytest.importorskip("yaml")
    assume(value.strip() not in yaml.safe_load(template.format(m="x")))  # one key twice is one key
    scope, mark = minted(value)
    before = scalars(yaml.safe_load(template.format(m=mark)))
    after = scalars(yaml.safe_load(scope.restore(template.format(m=mark))))
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        if mark not in str(old):
            assert new == old
        elif isinstance(new, str) and not (urls and "://" in str(old)):  # a number may become one
            assert new in (old, old.replace(mark, value)) or (
                old.startswith("to") and new.split() == old.replace(mark, value).split()
            )


@given(
    st.one_of(
        VALUES,
        st.sampled_from(HARD),
        st.text("ab :-#'\"[]{},|>&*!%@\n\\?~=<", min_size=1, max_size=8),
    )
)
@settings(deadline=None)
def test_yaml_keeps_its_structure(value):
    """A scalar stays one, plain, quoted, in a block, a list, a key: with the value, or as it was."""
    require_kept(DOCUMENT, value)


@given(st.sampled_from(["a: b", "two\nlines", "Ada", '"q"']), st.integers(1, 40))
@settings(deadline=None)
def test_yaml_as_a_stream_equals_the_whole(value, step):
    """However it is cut."""
    scope, mark = minted(value)
    text = DOCUMENT.format(m=mark)
    stream = Restoring(scope)
    cut = [stream.feed(text[i : i + step]) for i in range(0, len(text), step)]
    assert "".join(cut) + stream.finish() == scope.restore(text)


def test_a_text_behind_its_front_matter_is_prose():
    """Markdown: what is no YAML any more takes a value of two lines."""
    scope, mark = minted("two\nlines")
    text = scope.restore(f"---\ntitle: {mark}\n---\nDear {mark},\nbye\n")
    assert text == '---\ntitle: "two\\nlines"\n---\nDear two\nlines,\nbye\n'
    second = f"---\na: 1\n---\nb: to {mark} now\n"
    assert scope.restore(second) == second


HEADLESS = (
    DOCUMENT.removeprefix("---\n"),
    "# made by a tool\n\nname: {m}\nrole: user\n",
    "name: {m}\r\nrole: user\r\n",
    "user_name: to {m}!\nroles:\n- user\n- {m}\nlast: 'it is {m}'\n",
    "spec:\n  owner: {m}\n  tags: [a, {m}]\nrole: user\n",
    "Resources:\n  Owner: {m}\n  Role: user\n",
    "- name: {m}\n  role: user\n- name: b {m}\n  role: user\n",
    'text: |\n  to\n  {m}\nrole: user\n"key {m}": a\n',
    "API_URL: https://e.example/s?q={m}&role=user\nOTHER_KEY: {m}\n",
    "anchor: &a {m}\nsame: *a\ntagged: !!str {m}\nnote: {m} # why\n",
)
LINES = [
    "a\nrole: admin",
    "x\n- y",
    "x\nrole: admin\nz: 1",
    "a: b",
    "x #4",
    "&a",
    "*a",
    "!!str",
    "- a",
    "'",
    '"',
    "\n",
    "a\n  b: c",
    "%",
    "@",
    "`",
    "x\n---\ny: 1",
]


@given(
    st.sampled_from(HEADLESS),
    st.one_of(VALUES, st.sampled_from(HARD + LINES), st.text("ab :-#'\"[]{},|>&*!%@\n\\?~=<", min_size=1, max_size=8)),
)  # fmt: skip
@settings(deadline=None, max_examples=400)
def test_yaml_without_a_head_keeps_its_structure(template, value):
    """Two lines of keys as programs write them are YAML: a scalar stays one, or stays as it was."""
    require_kept(template, value, urls=True)


@given(
    st.sampled_from(("yaml", "YML", "yaml ")),
    st.sampled_from(HARD + LINES),
)
@settings(deadline=None)
def test_yaml_in_a_fence_keeps_its_structure(tag, value):
    """What a model wraps its YAML in changes nothing; the sentences around it are prose."""
    yaml = pytest.importorskip("yaml")
    scope, mark = minted(value)
    text = f"Dear {mark},\n```{tag}\nname: {mark}\nrole: user\n```\nSee `x`, {mark}\n"
    back = scope.restore(text)
    assert back.startswith(f"Dear {value},\n```{tag}\n")
    assert back.endswith(f"\n```\nSee `x`, {value}\n")
    inner = back.removeprefix(f"Dear {value},\n```{tag}\n").removesuffix(f"```\nSee `x`, {value}\n")
    read = yaml.safe_load(inner)
    assert list(read) == ["name", "role"]
    assert read["role"] == "user"
    assert read["name"] in (value, mark) or not isinstance(read["name"], str)  # 007 is a number


@pytest.mark.parametrize(
    "template",
    [
        "Note: call me, {m}\nThanks", "Note: call me, {m}", "Dear {m},\nthe time: noon\n", "Name: {m}\nPhone: {m}\n", "From: {m}\nSubject: Re: you\n\nHi {m}\n",
        "User: hi, I am {m}\nAssistant: hello {m}\n", "- Name: {m}\n- Phone: {m}\n", "Steps:\n- call {m}\n- wait\n", "# Title\n\nText with {m}\n", "note: {m}\nthen we left\n",
        "see http://e.example and {m}", "Hello {m}\nname: x\nrole: y\n", "e.g.: {m}\nand more: {m} text", "12:30 {m}\n13:00 {m}\n",
        "user: where is {m}?\nassistant: at {m}, I think\n", "assistant: hi\nuser: I am {m}\n",
    ],
)  # fmt: skip
def test_what_people_write_stays_prose(template):
    """A note, a letter, a form, a transcript and a list take a value of two lines as it is."""
    value = "1 Elm St #4\nUlm: d"
    scope, mark = minted(value)
    assert scope.restore(template.format(m=mark)) == template.format(m=value)


def test_a_line_that_no_mapping_can_hold_ends_the_yaml():
    """What follows is prose: a document with it does not parse, so nothing can be changed in it."""
    scope, mark = minted("two\nlines")
    text = f"name: {mark}\nrole: user\n\nThat is all, {mark}, bye\nand {mark}: yes\n"
    assert scope.restore(text) == (
        'name: "two\\nlines"\nrole: user\n\nThat is all, two\nlines, bye\nand two\nlines: yes\n'
    )


@given(
    st.sampled_from((*HEADLESS, "name: x\nrole: user\nSee http://e.example/y or {m} so", "a {m}\n```yaml\nb: {m}\nc: x {m}\n```\n{m}", "name: {m}\nb: 1\nProse {m} goes on\n{m}: x\n", "name: {m}\n", "x:\n\n\n  y: {m}", "- a: {m}\n  b: {m}")),
    st.sampled_from(HARD + LINES),
    st.lists(st.integers(0, 600), max_size=12),
    st.integers(0, 40),
)  # fmt: skip
@settings(deadline=None, max_examples=300)
def test_yaml_without_a_head_as_a_stream_equals_the_whole(template, value, cuts, more):
    """However it is cut."""
    scope, mark = minted(value)
    text = template.format(m=mark) + f"more: to {mark} and so on\n" * more
    whole = scope.restore(text)
    stream, out, at = Restoring(scope), [], 0
    for cut in sorted(cuts):
        out.append(stream.feed(text[at : max(at, cut)]))
        at = max(at, cut)
    out += [stream.feed(text[at:]), stream.finish()]
    assert "".join(out) == whole
    single = Restoring(scope)
    assert "".join([*map(single.feed, text), single.finish()]) == whole


def test_a_colon_at_the_end_of_a_piece_makes_no_key():
    """`http:` and the `//` of the next piece are an address, as in the whole text."""
    text, value = "name: x\nrole: user\nSee http://e.example/y or ", 'Ann: "x" #1'

    def written(*pieces):
        place = Lines(mapping=True)
        for piece in pieces:
            place.passed(piece)
        return place.written(value, " so\n")

    assert {written(text[:cut], text[cut:]) for cut in range(len(text))} == {value}
    assert written(*text) == value
