"""Words and sentences with their translations, so that what is right is known by construction."""

from __future__ import annotations

GERMAN = {
    "Bread": "Brot", "Milk": "Milch", "Coffee": "Kaffee", "Butter": "Butter", "Apples": "Äpfel",
    "Soap": "Seife", "Candles": "Kerzen", "Honey": "Honig", "Rice": "Reis", "Pencils": "Bleistifte",
    "Batteries": "Batterien", "Tea": "Tee", "Cheese": "Käse", "Walnuts": "Walnüsse",
}  # fmt: skip

NOTICES = (
    {
        "title": "NOTICE",
        "lines": ("The swimming pool is closed on {day}.", "The water is being changed.",
                  "Please use the pool in {town}.", "It opens again at {hour} o'clock."),
        "why": ("Why is the swimming pool closed?", "because the water is being changed",
                "water is being changed"),
        "fact": ("At what time does the pool open again?", "hour"),
        "yes_no": ("Is the swimming pool closed because of an accident?", "no"),
        "missing": "What does a ticket for the pool cost?",
        "German": ("Das Schwimmbad ist am {day} geschlossen.", "Das Wasser wird gewechselt.",
                   "Bitte benutzen Sie das Bad in {town}.", "Es öffnet wieder um {hour} Uhr."),
        "parts": ("Schwimmbad", "geschlossen", "Wasser", "{town}", "{hour} Uhr"),
        "summary": "The swimming pool is closed on {day} while the water is changed; until it opens "
                   "again at {hour} o'clock, guests should use the pool in {town}.",
        "points": ("pool is closed", "water", "{town}", "{hour}"),
    },
    {
        "title": "DEAR GUESTS",
        "lines": ("The lift does not work on {day}.", "A worker comes from {town} to repair it.",
                  "Please take the stairs until {hour} o'clock.", "We are sorry for the trouble."),
        "why": ("Why should guests take the stairs?", "because the lift does not work",
                "lift does not work"),
        "fact": ("Until what time should guests take the stairs?", "hour"),
        "yes_no": ("Does somebody come to repair the lift?", "yes"),
        "missing": "How many guests does the house have?",
        "German": ("Der Aufzug funktioniert am {day} nicht.",
                   "Ein Handwerker kommt aus {town}, um ihn zu reparieren.",
                   "Bitte nehmen Sie bis {hour} Uhr die Treppe.", "Wir bitten um Entschuldigung."),
        "parts": ("Aufzug", "Handwerker", "{town}", "Treppe", "{hour} Uhr"),
        "summary": "The lift is out of order on {day}; a worker from {town} repairs it, and guests "
                   "should take the stairs until {hour} o'clock.",
        "points": ("lift", "{town}", "stairs", "{hour}"),
    },
    {
        "title": "TO ALL NEIGHBOURS",
        "lines": ("Our street festival takes place on {day}.", "A band from {town} plays music.",
                  "It begins at {hour} o'clock.", "Please park your cars somewhere else."),
        "why": ("Why should neighbours park their cars somewhere else?",
                "because the street festival takes place there", "street festival takes place"),
        "fact": ("At what time does the festival begin?", "hour"),
        "yes_no": ("Is there music at the festival?", "yes"),
        "missing": "What is the name of the band?",
        "German": ("Unser Straßenfest findet am {day} statt.", "Eine Band aus {town} macht Musik.",
                   "Es beginnt um {hour} Uhr.", "Bitte parken Sie Ihre Autos woanders."),
        "parts": ("Straßenfest", "{town}", "Musik", "{hour} Uhr", "Autos"),
        "summary": "The street festival on {day} begins at {hour} o'clock with a band from {town}, "
                   "and cars have to be parked somewhere else.",
        "points": ("street festival", "{hour}", "{town}", "cars"),
    },
)  # fmt: skip

DAYS = {
    "Monday": "Montag", "Tuesday": "Dienstag", "Wednesday": "Mittwoch", "Thursday": "Donnerstag",
    "Friday": "Freitag",
}  # fmt: skip

PROCESSES = (
    ("How tea is made", ("Boil the water", "Warm the pot", "Add the leaves", "Wait five minutes",
                         "Pour the tea")),
    ("How a parcel is sent", ("Pack the goods", "Weigh the parcel", "Write the address",
                              "Buy a stamp", "Bring it to the post")),
    ("How a bike is mended", ("Take off the wheel", "Find the hole", "Clean the tube",
                              "Glue the patch", "Pump up the tyre")),
    ("How bread is baked", ("Mix the flour", "Knead the dough", "Let it rise", "Heat the oven",
                            "Bake one hour")),
)  # fmt: skip
"""A title and five steps in their order."""
