"""What letters, notices and cards say, and the words by which a translation or a summary of them is known.

`{town}`, `{hour}` and `{name}` are filled in by chance. A part may be said in several ways.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A text of one sentence a line.

    Attributes:
        parts: what a translation into each language, or "gist" what an account of it, has.
    """

    title: str
    lines: tuple[str, ...]
    parts: dict[str, str]


GERMAN_LETTER = Text(
    "Liebe Frau {name},",
    ("vielen Dank für Ihre Bewerbung.", "Wir laden Sie zu einem Gespräch ein.",
     "Es findet am Montag um {hour} Uhr in {town} statt.",
     "Bitte bringen Sie Ihre Zeugnisse mit.", "Mit freundlichen Grüßen"),
    {
        "English": "thank you<OR>thanks<AND>application<AND>interview<OR>conversation<OR>talk<OR>"
        "meeting<OR>discussion<AND>Monday<AND>{hour}<AND>{town}<AND>bring<AND>certificates<OR>"
        "references<OR>transcripts<OR>credentials<OR>diplomas<OR>documents",
        "gist": "interview<OR>conversation<OR>meeting<OR>invited<OR>invitation<OR>invites<AND>"
        "Monday<AND>{town}<AND>{hour}",
    },
)  # fmt: skip
FRENCH_NOTICE = Text(
    "AVIS AUX HABITANTS",
    ("L'eau sera coupée mardi à partir de {hour} heures.", "Les travaux durent trois heures.",
     "Veuillez remplir quelques bouteilles.", "Pour toute question, adressez-vous au gardien."),
    {
        "English": "notice<OR>warning<OR>announcement<OR>attention<AND>residents<OR>inhabitants<AND>"
        "water<AND>Tuesday<AND>{hour}<AND>three hours<OR>3 hours<AND>bottles<AND>caretaker<OR>"
        "janitor<OR>guard<OR>guardian<OR>concierge<OR>keeper",
    },
)  # fmt: skip
ENGLISH_NOTICE = Text(
    "LIBRARY NEWS",
    ("The library moves to {town} in May.", "Please return all books before Friday.",
     "Children can borrow games again.", "The reading room opens at {hour} o'clock."),
    {
        "French": "bibliothèque<AND>{town}<AND>mai<AND>livres<AND>vendredi<AND>enfants<AND>jeux<AND>"
        "{hour}",
        "transcript": "",
    },
)  # fmt: skip
SPANISH_LETTER = Text(
    "Querida {name}:",
    ("El sábado celebro mi cumpleaños en {town}.", "La fiesta empieza a las {hour} de la tarde.",
     "Habrá música y mucha comida.", "¿Puedes traer una tarta de manzana?"),
    {
        "German": "{name}<AND>Samstag<AND>Geburtstag<AND>{town}<AND>{hour}<AND>Musik<AND>Essen<OR>"
        "Speisen<OR>Nahrung<AND>Apfelkuchen<OR>Apfeltorte<OR>Apfel<AND>bringen<OR>mitbringen<OR>"
        "bringst",
    },
)  # fmt: skip
SAFETY = Text(
    "IN CASE OF FIRE",
    ("Leave the building by the stairs.", "Close all doors and windows.", "Do not use the lift.",
     "Wait at the meeting point in {town} Street.", "Call 555 {hour}{hour}."),
    {
        "German": "Treppe<OR>Treppen<OR>Treppenhaus<AND>Türen<OR>Tür<AND>Fenster<AND>Aufzug<OR>"
        "Fahrstuhl<OR>Lift<AND>{town}",
    },
)  # fmt: skip
PANCAKES = Text(
    "PANCAKES",
    ("Mix the flour with two eggs.", "Stir in the milk and a little salt.",
     "Let the batter rest for {hour} minutes.", "Fry in butter until golden.",
     "Serve with honey."),
    {"gist": "flour<AND>eggs<OR>egg<AND>milk<AND>{hour} minutes<AND>butter<AND>honey"},
)  # fmt: skip
MEDICINE = Text(
    "HALDEN SYRUP",
    ("Adults: two spoons after each meal.", "Children: one spoon in the evening.",
     "Shake well before use.", "Keep in the fridge.", "Use within {hour} days of opening."),
    {"gist": "two spoons<OR>two spoonfuls<OR>2 spoons<AND>meal<OR>meals<AND>one spoon<OR>"
             "one spoonful<OR>1 spoon<AND>shake<AND>fridge<OR>refrigerator<AND>{hour} days"},
)  # fmt: skip
INGREDIENTS = (
    ("Flour", "250 g"), ("Milk", "300 ml"), ("Eggs", "2"), ("Butter", "40 g"), ("Honey", "15 g"),
)  # fmt: skip
SPANISH_DISHES = {
    "Tomato soup": "tomate", "Onion tart": "cebolla", "Green salad": "ensalada",
    "Fried trout": "trucha", "Lamb stew": "cordero", "Mushroom risotto": "setas<OR>champiñones<OR>"
    "champiñón<OR>hongos", "Lemon cake": "limón", "Plum crumble": "ciruela<OR>ciruelas",
    "Roast chicken": "pollo", "Potato gratin": "patata<OR>patatas<OR>papa<OR>papas",
}  # fmt: skip
GERMAN_DAYS = {
    "Monday": "Montag", "Tuesday": "Dienstag", "Wednesday": "Mittwoch", "Thursday": "Donnerstag",
    "Friday": "Freitag",
}  # fmt: skip
