"""Charts in a real browser: the numbers of their tables, the policy kept, readable in every colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from typing import Any

from tests.browser import audit
from tests.browser.served import LAST_YEAR
from tests.browser.visit import PHONE, Visit

Visiting = Callable[..., AbstractContextManager[Visit]]

DRAWN = """(frame) => {
  const box = frame.querySelector(".chart__box");
  const points = box.data.flatMap((trace) => (trace.x ?? []).map((share, at) =>
    ({ share, said: trace.customdata?.[at] ?? "", printed: trace.text?.[at] ?? "",
      legend: (trace.name ?? "").replaceAll("<br>", " ") })));
  return { points, panels: "xaxis2" in box.layout, scale: box.layout.barmode === "stack",
           bars: box.querySelectorAll(".bars .point").length };
}"""

TABLES = """(frame) => {
  const words = (cell) => (cell.querySelector(".wide") ?? cell).textContent.trim().replace(/\\s+/g, " ");
  const place = frame.closest("section");
  const every = [...place.querySelectorAll("table:not([id^=rest-])")];
  return every.filter((table) => table.closest("section") === place)
    .map((table) => ({
      id: table.id, title: words(table.caption), plain: table.classList.contains("figures"),
      rows: [...table.rows].map((row) =>
        [...row.cells].filter((cell) => cell.ariaHidden !== "true").map(words)),
    }));
}"""
NEW_COLOUR = """(seen) => {
  const bar = document.querySelector("figure.chart .bars .point path");
  const fill = bar && getComputedStyle(bar).fill;
  return fill && !seen.includes(fill) ? fill : null;
}"""
SAID = re.compile(r"(?P<what>.*): (?P<share>\d+)%(?: \((?P<people>[\d,]+) (?:person|people)\))?$", re.DOTALL)


def figures_of(table: dict[str, Any]) -> dict[str, tuple[int, int | None]]:
    """Every shown share of a table, with its number of people where the table gives one, by its words."""
    found = {}
    head, *rows = table["rows"]
    for name, *cells in rows:
        if table["plain"]:
            if cells[0].endswith("%"):
                people = int(cells[1].replace(",", "")) if cells[1].replace(",", "").isdigit() else None
                found[name] = (int(cells[0].rstrip("%")), people)
        else:
            for column, cell in zip(head[1:], cells, strict=True):
                if cell.endswith("%"):
                    found[f"{name}. {column}"] = (int(cell.rstrip("%")), None)
    return found


def disagreements(drawn: dict[str, Any], tables: list[dict[str, Any]]) -> list[str]:
    """Every point of a chart that its tables do not give, and every share of a table that is not drawn."""
    told: dict[str, tuple[int, int | None]] = {}
    for table in tables:
        for words, figures in figures_of(table).items():
            told[f"{table['title']}. {words}" if drawn["scale"] and table["plain"] else words] = figures
    turned = {". ".join(reversed(words.split(". ", 1))): words for words in told}
    found, seen = [], set()
    for point in drawn["points"]:
        said = SAID.fullmatch(unescape(point["said"]))
        if said is None or int(said["share"]) != point["share"]:
            found.append(f"hover says {point['said']!r} over {point['share']}")
            continue
        words = said["what"] if said["what"] in told else turned.get(said["what"], "")
        share, people = told.get(words, (None, None))
        if share != point["share"]:
            found.append(f"{said['what']!r} is drawn as {point['share']}, its table says {share}")
        if said["people"] and int(said["people"].replace(",", "")) != people:
            found.append(f"{said['what']!r} hovers {said['people']} people, its table says {people}")
        if drawn["scale"] and f". {unescape(point['legend'])}" not in said["what"]:
            found.append(f"{said['what']!r} stands in the legend as {point['legend']!r}")
        if point["printed"] not in ("", f"{point['share']}%"):
            found.append(f"{said['what']!r} is printed as {point['printed']}")
        seen.add(words)
    if not drawn["panels"]:
        missing = {words for words, (share, _) in told.items() if share} - seen
        found += [f"{words!r} is in the table and not in the chart" for words in sorted(missing)]
    if drawn["bars"] != len(drawn["points"]):
        found.append(f"{drawn['bars']} bars for {len(drawn['points'])} points")
    return found


def test_every_chart_has_the_numbers_of_its_table(visit: Visit) -> None:
    visit.open(f"/results/{LAST_YEAR}")
    visit.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    frames = visit.page.locator("figure.chart:not([id^=chart-ranks])")
    found = []
    for number in range(frames.count()):
        frame = frames.nth(number)
        frame.scroll_into_view_if_needed()
        frame.locator(".bars .point").first.wait_for()
        name = frame.get_attribute("id")
        tables = frame.evaluate(TABLES)
        link = frame.locator("figcaption a").get_attribute("href")
        assert link in {f"#{table['id']}" for table in tables}, name
        found += [f"{name}: {fault}" for fault in disagreements(frame.evaluate(DRAWN), tables)]
    assert frames.count() >= 15
    assert not found, "\n".join(found)


def test_the_order_is_drawn_as_ranges_with_the_places_of_its_table(visit: Visit) -> None:
    visit.open(f"/results/{LAST_YEAR}#ranks-topics")
    frame = visit.page.locator("#chart-ranks-topics")
    frame.scroll_into_view_if_needed()
    frame.locator(".bars .point").first.wait_for()
    box = frame.locator(".chart__box")
    drawn = box.evaluate("""(box) => box.data[0].base.map((from, at) =>
        [Math.round(from + 0.3), Math.round(from + box.data[0].x[at] - 0.3)])""")
    rows = visit.page.locator("#ranks-topics tr:not(.table-group)").all()[1:]
    told = [[int(n) for n in re.findall(r"\d+", row.locator("td").nth(1).inner_text())] for row in rows]
    assert drawn == [[numbers[0], numbers[-1]] for numbers in told]
    tied = visit.page.locator("#ranks-topics .table-group").count()
    assert box.evaluate("(box) => box.layout.shapes.length") == tied


def test_panels_need_no_script_and_have_the_numbers_of_their_table(visiting_portal: Visiting) -> None:
    with visiting_portal(scripts=False) as visit:
        visit.open(f"/results/{LAST_YEAR}")
        visit.page.locator("#topics-by-age summary").click()
        table = visit.page.locator("#table-topics-by-age")
        rows = [row.inner_text().split("\t") for row in table.locator("tr").all()]
        heads = [head.replace("Everyone", "Everyone who answered") for head in rows[0]]
        told = {(row[0], head): cell for row in rows[1:] for head, cell in zip(heads, row, strict=True)}
        panels = visit.page.locator("#topics-by-age .multiples__panel").all()
        assert len(panels) >= 3
        shares = 0
        for panel in panels:
            title = panel.locator(".multiples__title").inner_text()
            for row in panel.locator(".multiples__row").all():
                group = row.locator("span").first.inner_text()
                if row.locator("b").count():
                    shares += 1
                    assert row.locator("b").inner_text() == told[title, group]
                    assert row.locator("rect").count() == 2
                else:
                    # a group of which nothing may be shown has no column: the note under the table names it
                    assert told.get((title, group), "hidden") in ("too few", "hidden")
                    assert row.locator("rect").count() == 0
        assert shares > 6


def test_a_figure_is_copied_whole_for_word(visiting_portal: Visiting) -> None:
    with visiting_portal() as visit:
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visit.portal.url)
        for address, press in (
            (f"/results/{LAST_YEAR}/topics/figure", "button[data-copy]"),
            (f"/results/{LAST_YEAR}", f"button[data-copy='/results/{LAST_YEAR}/topics/figure']"),
        ):
            visit.open(address)
            button = visit.page.locator(press)
            button.click()
            said = button.locator("xpath=..").get_by_role("status")
            said.filter(has_text="Copied").wait_for()
            rich, plain = visit.page.evaluate("""async () => {
              const [item] = await navigator.clipboard.read();
              const read = async (kind) => (await item.getType(kind)).text();
              return [await read("text/html"), await read("text/plain")];
            }""")
            for words in ("Topics that need most attention", "People who answered:", "picked at random"):
                assert words in rich, address
                assert words in plain, address
            assert "<table" in rich
            assert "Road safety and speeding\t" in plain
            assert f"{visit.portal.url}/results/{LAST_YEAR}/topics/picture.png" in rich
            assert "class=" not in rich


def test_a_chart_keeps_the_policy_when_drawn_hovered_and_redrawn(visiting_portal: Visiting) -> None:
    with visiting_portal(width=PHONE, height=640) as visit:
        visit.open(f"/pl/results/{LAST_YEAR}")
        frame = visit.page.locator("figure.chart").first
        frame.scroll_into_view_if_needed()
        bar = frame.locator(".bars .point path").nth(1)
        bar.wait_for()
        bar.hover(force=True)
        frame.locator(".hoverlayer .hovertext").first.wait_for()
        painted: list[str] = []
        for scheme, forced in (("light", "none"), ("dark", "none"), ("light", "active")):
            visit.look(PHONE, scheme=scheme, forced=forced)  # type: ignore[arg-type]
            painted.append(visit.page.wait_for_function(NEW_COLOUR, arg=painted).json_value())
            assert not audit.axe(visit.page, {**audit.EVERYTHING, "runOnly": audit.TAGS})
        visit.look(1280)
        frame.locator(".ytick").first.wait_for()
        assert audit.sideways(visit.page) is None


def test_a_chart_that_cannot_be_fetched_says_where_the_figures_are(visit: Visit) -> None:
    visit.page.route("**/figure.json", lambda route: route.abort())
    visit.open(f"/results/{LAST_YEAR}")
    frame = visit.page.locator("figure.chart").first
    frame.scroll_into_view_if_needed()
    frame.locator(".chart__late").wait_for()
    assert "The table below has the same figures" in frame.inner_text()
    visit.complaints.clear()


def test_without_scripts_there_is_no_empty_place_for_a_chart(visiting_portal: Visiting) -> None:
    with visiting_portal(scripts=False) as visit:
        visit.open(f"/results/{LAST_YEAR}")
        frames = visit.page.locator("figure.chart")
        assert frames.count() >= 15
        assert not any(frame.is_visible() for frame in frames.all())
        assert visit.page.locator("table").first.is_visible()
