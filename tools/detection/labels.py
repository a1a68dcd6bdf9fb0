"""From the words people use to the names a detector knows.

    resolve("the big red buses on the left", coco) -> ["bus"]
    resolve("man", coco)                           -> ["person"]
    resolve("man's left shoe", coco)               -> []        (a shoe is asked for, not a man)

Everything here is pure. Spellings of several COCO lists are one group, so it does not matter
whether the detector says "airplane" or "aeroplane".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from ...retrieval.text.unicode_forms import normal_form

# Names that detectors use: words that mean one of them. "=" joins two spellings of one name; names
# with commas stand under an umbrella word. A few words are German, French, Spanish, Chinese.
# Written without accents; a name with and without its spaces is the same.
_MEANINGS = """
person: people, human, human being, man, woman, child, kid, boy, girl, baby, toddler, adult,
    lady, gentleman, guy, pedestrian, tourist, passenger, passer, bystander, worker,
    driver, rider, cyclist, player, athlete, crowd, somebody, someone, teenager, student,
    customer, couple, skater, skier, surfer, mensch, menschen, leute, personen, mann, manner,
    frau, frauen, kinder, personne, gens, homme, femme, enfant, persona, gente, hombre, mujer,
    nino, nina, 人, 人们, 行人, 男人, 女人, 孩子, 小孩
bicycle: bike, cycle, pushbike, fahrrad, fahrrader, velo, bicyclette, bicicleta, bici, 自行车
car: automobile, auto, sedan, taxi, cab, suv, van, wagen, voiture, coche, carro, 汽车, 轿车,
    车
motorcycle = motorbike: moped, scooter, motorrad, motorrader, moto, motocicleta, 摩托车
airplane = aeroplane: plane, aircraft, jet, airliner, flugzeug, flugzeuge, avion, 飞机
bus: autobus, busse, autocar, 公共汽车, 公交车, 巴士
train: locomotive, zug, zuge, tren, 火车
truck: lorry, pickup, lastwagen, lkw, camion, 卡车
boat: ship, vessel, canoe, kayak, sailboat, yacht, schiff, schiffe, bateau, barco, 船
traffic light: traffic signal, stoplight, ampel, semaforo, 红绿灯
fire hydrant: hydrant
bench: banc, banco, 长椅
bird: pigeon, seagull, gull, parrot, duck, goose, chicken, eagle, sparrow, swan, crow, owl,
    vogel, oiseau, pajaro, 鸟
cat: kitten, kitty, katze, katzen, gato, 猫
dog: puppy, hound, hund, hunde, chien, perro, 狗
horse: pony, foal, mare, stallion, pferd, pferde, cheval, chevaux, caballo, 马
sheep: lamb, ewe, schaf, schafe, mouton, oveja, 羊
cow: cattle, bull, calf, ox, oxen, kuh, kuhe, vache, vaca, 牛
backpack: rucksack, knapsack, mochila, 背包
handbag: purse
suitcase: luggage, baggage
backpack, handbag, suitcase: bag
umbrella: parasol, regenschirm, parapluie, paraguas, 雨伞
tie: necktie
sports ball: ball, football, soccer ball, basketball, tennis ball, volleyball
frisbee: flying disc
tennis racket: racket, racquet
cup: mug, teacup, tasse, taza, 杯子
wine glass: glass
bottle: flasche, flaschen, bouteille, botella, 瓶子
sandwich: burger, hamburger
donut: doughnut
cake: cupcake
chair: armchair, stool, seat, stuhl, stuhle, chaise, silla, 椅子
couch = sofa: settee, loveseat, canape, 沙发
potted plant: plant, houseplant, flowerpot, pflanze, plante, planta, 植物
dining table: table, desk, tisch, tische, mesa, 桌子
tv = tvmonitor: television, television set, monitor, screen, tv set, fernseher, televiseur,
    televisor, 电视
laptop: notebook, notebook computer, computer, macbook, ordinateur, ordenador, 电脑
mouse: computer mouse
remote: remote control
cell phone: phone, mobile, mobile phone, smartphone, telephone, iphone, telefon, telefono,
    手机, 电话
refrigerator: fridge
oven: stove, cooker
clock: uhr, horloge, reloj, 钟
book: buch, bucher, livre, libro, 书
teddy bear: teddy, stuffed bear, plush bear
hair drier: hair dryer, blow dryer
car, bus, truck, motorcycle, motorbike, bicycle, train, airplane, aeroplane, boat: vehicle,
    fahrzeug, fahrzeuge, vehicule, vehiculo, 车辆
bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe: animal, pet, tiere,
    animaux, 动物
banana, apple, orange: fruit, obst, frutas, 水果
banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake: food, meal,
    食物
chair, couch, sofa, bed, dining table: furniture
fork, knife, spoon: cutlery, silverware
"""

_EVERYTHING = frozenset({"everything", "object", "objects", "thing", "things", "item", "items"})
_IRREGULAR = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse",
    "geese": "goose", "oxen": "ox", "feet": "foot", "teeth": "tooth", "calves": "calf",
}  # fmt: skip
# A plural with a meaning of its own: spectacles are no drinking glasses.
_NO_PLURAL = frozenset({"glasses"})

_LEADING = """
a an the this that these those all any each every some both no my your his her its our their how
many much one two three four five six seven eight nine ten several most other
der die das ein eine den dem le la les un une des el los las una unos unas
"""
_ENDING = """
on in at of with without by near next to behind under below above over beside between inside
outside from for into onto across against around along through among before after who that which whose
where wearing holding riding standing sitting walking running playing waiting carrying driving lying
looking talking eating drinking parked visible shown seen present is are was were there here you can do does
auf im mit von dans sur avec de du en con
"""
_GROUPS = """
group crowd number count pair bunch set lot kind type pile row stack slice piece photo picture image
couple flock herd position location color colour
"""


def resolve(name: str, known: Sequence[str]) -> list[str]:
    """The detector's names for what somebody calls a thing.

    Looks for the name as it is, then for its plural, synonyms and umbrella words, then for the same
    of the phrase's head noun ("the red bus on the left" asks for a bus).

    Args:
        name: a word or a phrase in everyday language.
        known: the names the detector knows.

    Returns:
        Names out of `known`, in its order; empty when it knows no such thing.
    """
    index = _Index(known)
    if exact := index.exact(name):
        return [exact]
    words = _words(name)
    if not words:
        return []
    found: set[str] = set()
    for part in _split_at(words, {"and", "or"}):
        found.update(index.look_up_head(_head(part)))
    return [label for label in dict.fromkeys(known) if label in found]


class _Index:
    """The names of one detector, ready to be looked up."""

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known
        self._exact: dict[str, str] = {}
        self._forms: dict[str, str] = {}
        for label in known:
            self._exact.setdefault(_key(label), label)
        for label in known:
            for form in _singulars(" ".join(_words(label))):
                self._forms.setdefault(form.replace(" ", ""), label)

    def exact(self, name: str) -> str | None:
        return self._exact.get(_key(name))

    def look_up_head(self, words: Sequence[str]) -> list[str]:
        """The longest ending of the phrase that means something: a noun's head stands last."""
        if len(words) == 1 and words[0] in _EVERYTHING:
            return list(self._known)
        for start in range(len(words)):
            if found := self._look_up(" ".join(words[start:])):
                return found
        return []

    def _look_up(self, phrase: str) -> list[str]:
        forms = [phrase, *_singulars(phrase)]
        for form in forms:
            key = form.replace(" ", "")
            if label := self._exact.get(key) or self._forms.get(key):
                return [label]
        for form in forms:
            labels = (self._exact.get(key) for key in _BY_WORD.get(form.replace(" ", ""), ()))
            if found := [label for label in labels if label is not None]:
                return found
        return []


def _words(text: str) -> list[str]:
    """Lower-case words without accents; "dining_table" and "passer-by" are two words each."""
    plain = normal_form("NFKD", text.casefold().replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = normal_form("NFKC", plain).rpartition("的")[2]
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", plain)


def _joined(words: Iterable[str]) -> str:
    return "".join(words)


def _key(name: str) -> str:
    """A name without its spaces; signs alone stay as they are."""
    return _joined(_words(name)) or name


def _split_at(words: Sequence[str], separators: set[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if word in separators:
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _head(words: Sequence[str]) -> list[str]:
    """The words up to and with the noun that is asked for, without articles and numbers."""
    rest = list(words)
    while rest and (rest[0] in _LEADING_WORDS or rest[0].isdecimal()):
        rest = rest[1:]
    for place, word in enumerate(rest):
        if place == 0 or word not in _ENDING_WORDS:
            continue
        if word == "of" and set(_singulars(rest[place - 1])) & _GROUP_WORDS:
            return _head(rest[place + 1 :]) or rest[:place]
        return rest[:place]
    return rest


def _singulars(phrase: str) -> list[str]:
    """The phrase and what its last word may be the plural of; right ones and impossible ones."""
    before, space, word = phrase.rpartition(" ")
    forms = [word]
    if word in _IRREGULAR:
        forms.append(_IRREGULAR[word])
    elif phrase not in _NO_PLURAL and len(word) > 2 and word.endswith("s"):
        if word.endswith("ies"):
            forms.append(word[:-3] + "y")
        if word.endswith("ves"):
            forms += [word[:-3] + "f", word[:-3] + "fe"]
        if word.endswith(("ches", "shes", "xes", "ses", "zes", "oes")):
            forms.append(word[:-2])
        forms.append(word[:-1])
    return [f"{before}{space}{form}" for form in forms]


def _read_meanings(table: str) -> dict[str, tuple[str, ...]]:
    """Word -> names a detector may use for it, both written without spaces."""
    meanings: dict[str, tuple[str, ...]] = {}
    for entry in re.sub(r"\n +", " ", table).strip().splitlines():
        left, _, right = entry.partition(":")
        labels = tuple(_joined(_words(label)) for label in re.split("[,=]", left))
        spellings = labels if "=" in left else ()
        for word in (*(_joined(_words(word)) for word in right.split(",")), *spellings):
            meanings.setdefault(word, labels)
    return meanings


_LEADING_WORDS = frozenset(_LEADING.split())
_ENDING_WORDS = frozenset(_ENDING.split())
_GROUP_WORDS = frozenset(_GROUPS.split())
_BY_WORD = _read_meanings(_MEANINGS)
