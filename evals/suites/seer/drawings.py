"""Charts, filled-in forms and flow charts."""

from __future__ import annotations

from ....schema import Box
from ...task import Task
from .. import charts, receipts
from ..maker import Maker
from ..paper import Sheet
from .asking import Ask, keep, missing, parted, tasks, turn_about
from .words import PROCESSES

CHARTS, FORMS, FLOWS = 12, 8, 8


def generate(make: Maker) -> list[Task]:
    """All three."""
    made = [
        *(chart(make, number) for number in range(CHARTS)),
        *(form(make, number) for number in range(FORMS)),
        *(flow(make, number) for number in range(FLOWS)),
    ]
    return [task for tasks_of in made for task in tasks_of]


def chart(make: Maker, number: int) -> list[Task]:
    """Three questions about bars, and now and then one about a bar that is not there."""
    sheet, drawn, absent = charts.bar_chart(make)
    name = f"chart-{number:02}"
    chosen = turn_about(bar_asks(make, drawn), number, 3)
    if number % 3 == 0:
        chosen.append(missing(f"How many tons of {absent.lower()} were sold?"))
    return tasks(name, "chart", [keep(make, name, sheet)], chosen)


def bar_asks(make: Maker, drawn: list[tuple[str, int, Box]]) -> list[Ask]:
    """All that can be asked of a bar chart."""
    (label, value, box), (other, less, _) = make.rng.sample(drawn, 2)
    high, most, _ = max(drawn, key=lambda bar: bar[1])
    low, least, _ = min(drawn, key=lambda bar: bar[1])
    pairs = [f"{name} {number}" for name, number, _ in drawn]
    boxes = [b for _, _, b in drawn]
    options = make.rng.sample([name for name, _, _ in drawn], 4)
    options = options if high in options else [high, *options[1:]]
    letter = "ABCD"[options.index(high)]
    return [
        Ask("fact", f"How many tons of {label.lower()} were sold?", (f"{value} tons",), "number",
            (box,)),
        parted("list", "List all values of the chart with their labels.",
               "\n".join(f"- {n}: {v}" for n, v, _ in drawn), pairs, *boxes),
        Ask("choice", "Which bar is the highest? "
            + " ".join(f"{at}) {n}" for at, n in zip("ABCD", options, strict=True)),
            (f"{letter}) {high}", letter, high), "choice"),
        parted("comparison", f"Compare the sales of {label.lower()} and {other.lower()}.",
               f"{label} sold {value} tons and {other} {less}, "
               f"which is {abs(value - less)} tons {'more' if value > less else 'less'} for {label}.",
               [str(value), str(less), str(abs(value - less))]),
        parted("code", "Write the values of the chart as a Python dictionary.",
               "sales = {" + ", ".join(f'"{n}": {v}' for n, v, _ in drawn) + "}", pairs, *boxes),
        parted("description", "Describe what the chart shows.",
               f"The bar chart shows sales in tons: {high} sold most with {most}, {low} least with "
               f"{least}.", [f"{high}", str(most), f"{low}", str(least)]),
        Ask("fact", f"By how many tons do {label.lower()} and {other.lower()} differ?",
            (str(abs(value - less)),), "number"),
        Ask("yes_no", f"Were more {high.lower()} sold than {low.lower()}?", ("Yes", "yes"),
            "yes_no"),
        parted("table", "Turn the chart into a table.",
               "| fruit | tons |\n|---|---|\n" + "\n".join(f"| {n} | {v} |" for n, v, _ in drawn),
               pairs, *boxes),
        parted("explanation", "Explain which fruit a shop should order more of, going by the chart.",
               f"It should order more {high.lower()}: with {most} tons they sold best.",
               [high, str(most)]),
    ]  # fmt: skip


def form(make: Maker, number: int) -> list[Task]:
    """Three questions about a form, and now and then one about a field that it does not have."""
    facts, gone, sheet = receipts.form(make, number)
    name = f"form-{number:02}"
    fact = make.rng.choice(facts)
    values = [f.answer for f in facts]
    asks = [
        Ask("fact", fact.question, (fact.answer,), "contains", (fact.box,)),
        parted("list", "List everything that was filled in on the form.", "\n".join(values),
               values, *(f.box for f in facts)),
        parted("record", "Give what was filled in on the form as JSON.",
               "{" + ", ".join(f'"field {n}": "{v}"' for n, v in enumerate(values, 1)) + "}",
               values, *(f.box for f in facts)),
        Ask("count", "How many fields of the form are filled in?", (str(len(facts)),), "number"),
        Ask("yes_no", "Is this an application form?", ("Yes, it is.", "yes"), "yes_no"),
    ]  # fmt: skip
    chosen = turn_about(asks, number, 3)
    if number % 2 == 0:
        chosen.append(missing(gone[0].question))
    return tasks(name, "form", [keep(make, name, sheet)], chosen)


def flow(make: Maker, number: int) -> list[Task]:
    """Three questions about the steps of a flow chart."""
    title, steps = PROCESSES[number % len(PROCESSES)]
    sheet = Sheet(900, 1000, make.rng.choice(["#ffffff", "#f7f7fb", "#fbf8f2"]))
    sheet.write(450, 40, title, 40, face="bold", anchor="ma")
    boxes = []
    for at, step in enumerate(steps):
        area = Box(x1=220, y1=130 + 170 * at, x2=680, y2=220 + 170 * at)
        sheet.area(area, make.rng.choice(["#dbe9f6", "#e2f0d9", "#fde9d9"]), "#404040", 3)
        boxes.append(sheet.write(450, area.center[1], step, 30, anchor="mm"))
        if at < len(steps) - 1:
            sheet.pen.line((450, area.y2, 450, area.y2 + 70), fill="#404040", width=4)
            tip = area.y2 + 78
            sheet.pen.polygon([(438, tip - 18), (462, tip - 18), (450, tip)], fill="#404040")
    name = f"flow-{number:02}"
    at = make.rng.randrange(len(steps) - 1)
    told = ", then ".join(s[0].lower() + s[1:] for s in steps)
    options = make.rng.sample(steps[1:], 3)
    asks = [
        parted("explanation", "Explain this flow chart.", f"It shows {title.lower()}: {told}.", steps),
        Ask("fact", f"What comes right after “{steps[at]}”?", (steps[at + 1],), "contains",
            (boxes[at + 1],)),
        parted("list", "List the steps in their order.",
               "\n".join(f"{n}. {s}" for n, s in enumerate(steps, 1)), steps, *boxes),
        Ask("yes_no", f"Does “{steps[-1]}” come before “{steps[0]}”?", ("No", "no"), "yes_no"),
        Ask("count", "How many steps does the flow chart have?", (f"{len(steps)}",), "number",
            tuple(boxes)),
        parted("summary", "Summarise the flow chart in one sentence.",
               f"{title}: from “{steps[0].lower()}” to “{steps[-1].lower()}” in {len(steps)} steps.",
               [steps[0], steps[-1]]),
        Ask("choice", f"Which step comes first of these? A) {options[0]} B) {options[1]} "
            f"C) {options[2]}", ("ABC"[options.index(min(options, key=steps.index))],
                                 min(options, key=steps.index)), "choice"),
    ]  # fmt: skip
    chosen = turn_about(asks, number, 3)
    if number % 4 == 1:
        chosen.append(missing("How much does it cost?"))
    return tasks(name, "flow chart", [keep(make, name, sheet)], chosen)
