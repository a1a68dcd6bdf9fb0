"""Made-up shops, people, streets and firms; none is meant to exist."""

from __future__ import annotations

SHOPS = (
    "Birchwood Bakery", "Copper Kettle Cafe", "Delta Hardware", "Elm Street Books",
    "Fairview Grocers", "Golden Fork Diner", "Harbour Fish Market", "Ivy Lane Florist",
    "Juniper Pharmacy", "Kestrel Sports", "Lakeside Toys", "Maple Corner Store",
)  # fmt: skip
GOODS = (
    "Bread", "Milk", "Coffee", "Butter", "Apples", "Soap", "Candles", "Honey", "Rice", "Pasta",
    "Olives", "Pencils", "Batteries", "Shampoo", "Tea", "Cheese", "Walnuts", "Yoghurt",
)  # fmt: skip
PEOPLE = (
    "Anna Berger", "Boris Lind", "Clara Novak", "David Osei", "Elena Ruiz", "Felix Moreau",
    "Greta Holm", "Hugo Tanaka", "Ines Duarte", "Jonas Weber", "Katja Sloan", "Luca Ferri",
)  # fmt: skip
STREETS = (
    "Orchard Road", "Harbour Street", "Mill Lane", "Station Avenue", "Castle Hill", "Willow Way",
    "Foundry Street", "Abbey Road", "Quarry Lane", "Market Square", "Chapel Row", "Bridge Street",
)  # fmt: skip
TOWNS = (
    "Ashford", "Brookfield", "Carlow", "Dunmore", "Eastleigh", "Farnham", "Glenville", "Hartwell",
    "Inverloch", "Kingsbury", "Larkhill", "Marlow",
)  # fmt: skip
FIRMS = (
    "Altura Foods", "Brightwell Energy", "Cobalt Mining", "Dorset Textiles", "Everline Shipping",
    "Foxglove Medical", "Granite Insurance", "Halcyon Hotels",
)  # fmt: skip
WORDS = (
    "KIWI", "TIGER", "LEMON", "ROCKET", "VIOLIN", "COMET", "WALNUT", "ANCHOR", "PEPPER", "GLACIER",
    "MEADOW", "BISON", "CACTUS", "FALCON", "PUMPKIN", "SADDLE",
)  # fmt: skip
