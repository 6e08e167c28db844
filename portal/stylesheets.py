"""Preparing and joining style sheets: a small reader of CSS, the changes the component library needs.

Everything is a pure function of the files it is given, so that the bundles can be made again byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

Declaration = tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """A selector with its declarations, or an at-rule with rules inside, or (both empty) a bare at-rule."""

    prelude: str
    declarations: tuple[Declaration, ...] = ()
    rules: tuple[Rule, ...] = ()
    bare: bool = False


SURVEY_COMPONENTS = (
    "template", "width-container", "body", "heading", "link", "list", "button", "button-group", "back-link",
    "radios", "checkboxes", "input", "textarea", "select", "fieldset", "label", "label-wrapper", "hint",
    "error-message", "error-summary", "form-group", "character-count", "summary-list", "inset-text",
    "exit-this-page", "generic-header", "skip-link", "visually-hidden",
)  # fmt: skip
"""What survey, receipt and leaving pages are made of; no other rule of the library is in their bundle."""

UNWANTED = ("crest", "govuk-header", "govuk-footer", "govuk-cookie-banner", "govuk-phase-banner", "--inverse")
"""Marks of a government site, and parts that belong to one."""

_SIZES = {
    "1.1875rem": "var(--text-m)", "1rem": "var(--text-s)",
    "1.3125rem": "var(--text-l)", "1.5rem": "var(--text-l)",
    "1.6875rem": "var(--text-xl)", "2.25rem": "var(--text-xl)",
    "2rem": "var(--text-2xl)", "3rem": "var(--text-2xl)",
}  # fmt: skip
_LOGICAL = {
    "left": "inset-inline-start", "right": "inset-inline-end",
    "border-left": "border-inline-start", "border-right": "border-inline-end",
    "border-left-width": "border-inline-start-width", "border-right-width": "border-inline-end-width",
    "border-left-color": "border-inline-start-color", "border-right-color": "border-inline-end-color",
    "margin-left": "margin-inline-start", "margin-right": "margin-inline-end",
    "padding-left": "padding-inline-start", "padding-right": "padding-inline-end",
}  # fmt: skip
_SIDES = {
    "text-align": {"left": "start", "right": "end"},
    "float": {"left": "inline-start", "right": "inline-end"},
    "clear": {"left": "inline-start", "right": "inline-end"},
}
_FOCUS = ("--govuk-focus-colour", "--govuk-focus-text-colour")
_PRINT_SIZES = re.compile(r"^\d+pt(!important)?$")


# Reading and writing ---------------------------------------------------------------------------------------


def read_css(text: str) -> tuple[Rule, ...]:
    """The rules of a style sheet in order. Comments are dropped; strings and addresses are kept whole.

    Raises ValueError when braces do not match.
    """
    rules, end = _block(_without_comments(text), 0)
    if end != -1:
        raise ValueError("a closing brace too many")
    return rules


def _without_comments(text: str) -> str:
    out: list[str] = []
    at = 0
    for match in re.finditer(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|/\*.*?\*/", text, re.S):
        out.append(text[at : match.start()])
        if not match.group().startswith("/*"):
            out.append(match.group())
        at = match.end()
    return "".join(out) + text[at:]


def _block(text: str, at: int) -> tuple[tuple[Rule, ...], int]:
    """Rules from ``at`` to the closing brace (its position) or the end of the text (-1)."""
    rules: list[Rule] = []
    while True:
        stop = _next(text, at, "{};")
        if stop == -1:
            if text[at:].strip():
                raise ValueError(f"an unfinished rule: {text[at:].strip()[:40]}")
            return tuple(rules), -1
        sign, prelude = text[stop], _tight(text[at:stop])
        if sign == "}":
            return tuple(rules), stop
        if sign == ";":
            rules.append(Rule(prelude, bare=True))
            at = stop + 1
        elif _holds_rules(prelude):
            inner, end = _block(text, stop + 1)
            if end == -1:
                raise ValueError(f"an open block: {prelude}")
            rules.append(Rule(prelude, rules=inner))
            at = end + 1
        else:
            end = _next(text, stop + 1, "}")
            if end == -1:
                raise ValueError(f"an open block: {prelude}")
            rules.append(Rule(prelude, declarations=_declarations(text[stop + 1 : end])))
            at = end + 1


def _holds_rules(prelude: str) -> bool:
    return prelude.startswith(("@media", "@supports", "@layer", "@container", "@-moz-document"))


def _next(text: str, at: int, signs: str) -> int:
    """The next of ``signs`` outside strings and brackets; -1 at the end."""
    quote, depth = "", 0
    for place in range(at, len(text)):
        char = text[place]
        if quote:
            if char == quote and text[place - 1] != "\\":
                quote = ""
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif depth == 0 and char in signs:
            return place
    return -1


def _declarations(text: str) -> tuple[Declaration, ...]:
    found: list[Declaration] = []
    at = 0
    while at < len(text):
        stop = _next(text, at, ";")
        stop = len(text) if stop == -1 else stop
        name, colon, value = text[at:stop].partition(":")
        if colon:
            found.append((name.strip(), _tight(value)))
        at = stop + 1
    return tuple(found)


def _tight(text: str) -> str:
    """White space closed up, outside strings."""
    parts = re.split(r"(\"(?:\\.|[^\"\\])*\")", text.strip())
    for number in range(0, len(parts), 2):
        words = re.sub(r"\s+", " ", parts[number])
        parts[number] = re.sub(r"\s*,\s*", ",", words)
    return "".join(parts)


def write_css(rules: Iterable[Rule]) -> str:
    """Without needless white space; neighbouring blocks under the same condition are joined."""
    out: list[str] = []
    for rule in _joined(rules):
        if rule.bare:
            out.append(f"{rule.prelude};")
        elif rule.rules:
            out.append(f"{rule.prelude}{{{write_css(rule.rules)}}}")
        elif rule.declarations:
            words = ";".join(f"{name}:{value}" for name, value in rule.declarations)
            out.append(f"{_selector(rule.prelude)}{{{words}}}")
    return "".join(out)


def _selector(prelude: str) -> str:
    return re.sub(r"\s*([>~])\s*", r"\1", re.sub(r"(?<!\()\s*\+\s*", "+", prelude))


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    out: list[Rule] = []
    for rule in rules:
        if out and rule.rules and out[-1].prelude == rule.prelude:
            out[-1] = replace(out[-1], rules=out[-1].rules + rule.rules)
        else:
            out.append(rule)
    return out


# Preparing the component library ---------------------------------------------------------------------------


def prepare(library: str) -> str:
    """The component library made ours: no foreign font or crest, our sizes, logical sides, our own focus.

    The result holds no address of a file, and its print sizes are left to the tokens.
    """
    return write_css(_mapped(read_css(library), _prepared))


def _mapped(rules: Sequence[Rule], change: Callable[[Rule], Rule | None]) -> tuple[Rule, ...]:
    out: list[Rule] = []
    for rule in rules:
        if rule.rules:
            inner = _mapped(rule.rules, change)
            if inner:
                out.append(replace(rule, rules=inner))
        else:
            changed = change(rule)
            if changed is not None:
                out.append(changed)
    return tuple(out)


def _prepared(rule: Rule) -> Rule | None:
    if rule.bare or rule.prelude.startswith("@font-face"):
        return None
    selectors = [part for part in _selectors(rule.prelude) if not any(mark in part for mark in UNWANTED)]
    if not selectors:
        return None
    focus = ":focus" in rule.prelude
    kept = [
        pair
        for name, value in rule.declarations
        if not (focus and any(colour in value for colour in _FOCUS))
        for pair in _ours(name, value)
    ]
    return Rule(",".join(selectors), tuple(kept)) if kept else None


def _selectors(prelude: str) -> list[str]:
    out: list[str] = []
    at = 0
    while True:
        stop = _next(prelude, at, ",")
        if stop == -1:
            return [*out, prelude[at:].strip()]
        out.append(prelude[at:stop].strip())
        at = stop + 1


def _ours(name: str, value: str) -> list[Declaration]:
    if "GDS Transport" in value:
        value = re.sub(r"\"?GDS Transport\"?,arial,sans-serif", "var(--font-text)", value)
    value = re.sub(r"var\((--govuk-[a-z-]+),[^)]*\)", r"var(\1)", value)
    if name == "font-size":
        if _PRINT_SIZES.match(value):
            return []
        size, important, _ = value.partition("!important")
        return [(name, _SIZES.get(size, size) + important)]
    if name == "line-height" and value.startswith("1.3157894737"):
        return [(name, value.replace("1.3157894737", "var(--leading-m)"))]
    if name == "font-weight" and value == "700":
        return [(name, "650")]
    if (name, value) == ("font-family", "sans-serif"):
        return []
    if name.startswith(("-webkit-font-smoothing", "-moz-osx-font")):
        return []
    if name in _LOGICAL:
        return [(_LOGICAL[name], value)]
    if name in _SIDES:
        word, important, _ = value.partition("!important")
        return [(name, _SIDES[name].get(word, word) + important)]
    if name in ("margin", "padding"):
        return _four_sides(name, value)
    return [(name, value)]


def _four_sides(name: str, value: str) -> list[Declaration]:
    parts = value.split()
    if len(parts) != 4 or parts[1] == parts[3] or "(" in value:
        return [(name, value)]
    top, right, bottom, left = parts
    return [(f"{name}-block", f"{top} {bottom}"), (f"{name}-inline", f"{left} {right}")]


# Bundles ---------------------------------------------------------------------------------------------------


def only(prepared: str, components: Sequence[str]) -> str:
    """The rules of the prepared library that style one of these components, and the root's own properties."""
    pattern = re.compile(r"\.govuk-([a-z]+(?:-[a-z]+)*)")
    wanted = set(components)

    def wants(selector: str) -> bool:
        found = pattern.findall(selector)
        return selector == ":root" or (bool(found) and all(_component(word, wanted) for word in found))

    def change(rule: Rule) -> Rule | None:
        kept = [part for part in _selectors(rule.prelude) if wants(part)]
        return replace(rule, prelude=",".join(kept)) if kept else None

    return write_css(_mapped(read_css(prepared), change))


def _component(word: str, wanted: set[str]) -> bool:
    """``summary-list`` is wanted for ``govuk-summary-list``; sizes of a heading or body come with it."""
    name, _, size = word.rpartition("-")
    return word in wanted or (name in ("body", "heading") and size in ("s", "m", "l"))


def bundle(library: str, ours: Iterable[str], *, lean: bool = False) -> str:
    """One style sheet: the library, then our sheets in order.

    A lean one leaves out every custom property that no rule of it reads; scripts need the others by name.
    """
    rules = read_css(library)
    for sheet in ours:
        rules += read_css(sheet)
    return (_without_idle_properties(rules) if lean else write_css(rules)) + "\n"


def _without_idle_properties(rules: tuple[Rule, ...]) -> str:
    """Leaves out ``--name`` declarations no value refers to, until nothing more can go."""
    while True:
        text = write_css(rules)
        read = set(re.findall(r"var\((--[a-z0-9-]+)", text))

        def change(rule: Rule, read: set[str] = read) -> Rule | None:
            kept = tuple(d for d in rule.declarations if not d[0].startswith("--") or d[0] in read)
            return replace(rule, declarations=kept) if kept or rule.bare else None

        rules = _mapped(rules, change)
        if write_css(rules) == text:
            return text
