"""What the demo business buys, bakes and sells: a few hundred articles, generated from lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import product as combinations

from inventory.models import Unit

PENNY = Decimal("0.01")


class Flow(Enum):
    """The way an article takes through the house."""

    INGREDIENT = "bought, kept in the warehouse, used in the bakery"
    PACKAGING = "bought, used at the counter"
    BAKED = "made in the bakery, sold in the shops"
    BOUGHT = "bought, sold in the shops as it is"


@dataclass(frozen=True, slots=True)
class Article:
    """price and cost per base unit; pack is what a case, a sack or a bottle holds of it."""

    sku: str
    name: str
    category: str
    vendor: str
    unit: Unit
    cost: Decimal
    price: Decimal
    minimum: int
    pack: int
    flow: Flow


CATEGORIES = {
    "FLR": "Flours and grains",
    "SUG": "Sugars and syrups",
    "DAI": "Butter, milk and eggs",
    "YST": "Yeast, salt and improvers",
    "FIL": "Fillings, fruit and nuts",
    "CHO": "Chocolate and cocoa",
    "SPI": "Spices and flavours",
    "OIL": "Oils and liquids",
    "PAC": "Bags and boxes",
    "BRD": "Breads",
    "ROL": "Rolls",
    "PAS": "Pastries",
    "CAK": "Cakes and tarts",
    "BIS": "Biscuits",
    "DRK": "Cold drinks",
    "HOT": "Coffee and tea",
    "JAM": "Jams and spreads",
    "SWE": "Sweets",
    "CRD": "Cards and candles",
}

# category, vendor, unit, pack, minimum in packs, names with the cost of one pack
RAW: tuple[tuple[str, str, Unit, int, int, dict[str, str]], ...] = (
    ("FLR", "DEPOORTER", Unit.GRAM, 25_000, 2, {
        "Wheat flour T45": "22.50", "Wheat flour T55": "20.00", "Wheat flour T65": "20.00",
        "Stoneground wholemeal": "25.00", "Rye flour T130": "27.50", "Spelt flour": "42.50",
        "Strong white bread flour": "24.00", "Manitoba flour": "35.00", "Durum semolina": "30.00",
        "Malted barley flour": "37.50"}),
    ("FLR", "WHITEHILL", Unit.GRAM, 16_000, 1, {
        "Organic white flour": "24.00", "Organic wholemeal flour": "25.60",
        "Einkorn flour": "48.00", "Buckwheat flour": "40.00", "Rolled oats": "19.20",
        "Seven-seed mix": "54.40", "Linseed": "35.20",
        "Sunflower seeds": "33.60", "Pumpkin seeds": "80.00",
        "Sesame seeds": "52.80", "Poppy seeds": "72.00", "Cornflour": "22.40"}),
    ("SUG", "TIENSE-SUIKER", Unit.GRAM, 10_000, 2, {
        "Caster sugar": "11.00", "Granulated sugar": "9.00", "Icing sugar": "14.00",
        "Light brown sugar": "16.00", "Dark candy sugar": "22.00", "Pearl sugar": "24.00",
        "Honey, wildflower": "85.00", "Glucose syrup": "21.00", "Golden syrup": "28.00",
        "Invert sugar": "25.00", "Fondant icing": "31.00"}),
    ("DAI", "ZUIVELHOF", Unit.GRAM, 10_000, 1, {
        "Butter 82%": "78.00", "Croissant butter sheets": "92.00", "Salted butter": "80.00",
        "Mascarpone": "62.00", "Cream cheese": "58.00", "Quark": "29.00",
        "Milk powder": "54.00", "Grated Gouda": "71.00", "Pastry margarine": "34.00"}),
    ("DAI", "ZUIVELHOF", Unit.MILLILITRE, 10_000, 2, {
        "Whole milk": "9.00", "Semi-skimmed milk": "8.00", "Whipping cream 35%": "38.00",
        "Buttermilk": "10.00"}),
    ("DAI", "HENSHAW", Unit.PIECE, 180, 2, {
        "Free-range eggs, medium": "32.40", "Free-range eggs, large": "37.80"}),
    ("YST", "GISTFABRIEK", Unit.GRAM, 5_000, 1, {
        "Fresh yeast": "14.00", "Dried yeast": "36.00", "Sea salt, fine": "4.00",
        "Sea salt, flaked": "19.00", "Baking powder": "18.00", "Bicarbonate of soda": "11.00",
        "Rye sourdough culture": "25.00", "Malt extract": "21.00", "Bread improver": "29.00",
        "Gelatine powder": "62.00", "Pectin": "75.00"}),
    ("FIL", "FRUITMARKT", Unit.GRAM, 5_000, 1, {
        "Raisins": "16.00", "Currants": "17.50", "Candied orange peel": "29.00",
        "Apple filling": "14.50", "Cherry filling": "19.50", "Apricot glaze": "17.00",
        "Raspberry purée": "34.00", "Rhubarb, frozen": "13.00", "Ground almonds": "52.00",
        "Flaked almonds": "55.00", "Walnut halves": "58.00", "Hazelnuts, roasted": "54.00",
        "Desiccated coconut": "27.00", "Almond paste": "49.00", "Custard powder": "23.00",
        "Dried figs": "31.00", "Dates, pitted": "26.00", "Pear halves": "15.50"}),
    ("CHO", "CACAOKADE", Unit.GRAM, 5_000, 1, {
        "Dark couverture 70%": "61.00", "Dark couverture 55%": "53.00", "Milk couverture": "55.00",
        "White couverture": "57.00", "Cocoa powder": "48.00", "Chocolate batons": "59.00",
        "Chocolate chips": "45.00", "Hazelnut praline": "66.00", "Cocoa nibs": "70.00",
        "Chocolate vermicelli": "38.00"}),
    ("SPI", "SPICEROW", Unit.GRAM, 1_000, 1, {
        "Cinnamon, ground": "16.00", "Speculoos spice mix": "21.00", "Nutmeg, ground": "29.00",
        "Cardamom, ground": "58.00", "Ginger, ground": "14.00", "Cloves, ground": "27.00",
        "Aniseed": "19.00", "Caraway seeds": "13.00", "Vanilla sugar": "18.00",
        "Mixed spice": "17.00", "Black pepper": "22.00", "Dried rosemary": "20.00"}),
    ("OIL", "SPICEROW", Unit.MILLILITRE, 5_000, 1, {
        "Rapeseed oil": "13.50", "Sunflower oil": "12.00", "Olive oil": "46.00",
        "Vanilla extract": "310.00", "Orange-flower water": "44.00", "Lemon juice": "16.50",
        "Dark rum": "74.00", "Egg wash": "19.00", "Release oil": "27.00"}),
    ("PAC", "KARTONNERIE", Unit.PIECE, 500, 1, {
        "Bread bag, paper, small": "14.00", "Bread bag, paper, large": "18.50",
        "Bread bag, paper, baguette": "16.00", "Pastry bag, glassine": "12.50",
        "Greaseproof sheet": "9.50", "Paper napkin": "6.00", "Wooden fork": "11.00",
        "Paper cup 20 cl": "24.00", "Paper cup 30 cl": "29.00", "Cup lid": "15.00",
        "Cup sleeve": "13.00", "Label, round": "8.00", "Label, allergens": "9.00"}),
    ("PAC", "KARTONNERIE", Unit.PIECE, 100, 1, {
        "Cake box 20 cm": "27.00", "Cake box 26 cm": "34.00", "Cake box 32 cm": "43.00",
        "Tart box": "22.00", "Pastry box for 4": "18.00", "Pastry box for 6": "21.00",
        "Gold board 24 cm": "25.00", "Gold board 30 cm": "33.00", "Carrier bag, paper": "19.00",
        "Cotton bag with our name": "160.00", "Gift ribbon, red": "14.00",
        "Window tin for biscuits": "145.00"}),
)  # fmt: skip

# category, unit price, cost, least to have, names; each name with each of the sizes
BAKED: tuple[tuple[str, str, str, int, tuple[str, ...], tuple[str, ...]], ...] = (
    ("BRD", "3.40", "0.95", 6, (
        "White tin loaf", "Wholemeal loaf", "Sourdough", "Rye loaf", "Spelt loaf",
        "Seven-seed loaf", "Farmhouse loaf", "Oat loaf", "Malted loaf"), ("400 g", "800 g")),
    ("BRD", "2.60", "0.70", 5, (
        "Baguette", "Baguette with seeds", "Ficelle", "Ciabatta", "Focaccia with rosemary",
        "Raisin bread", "Cramique with pearl sugar", "Walnut bread", "Fig bread",
        "Milk bread", "Brioche loaf", "Soda bread", "Tiger bread", "Cheese bread"), ("",)),
    ("ROL", "0.65", "0.16", 12, (
        "White roll", "Wholemeal roll", "Seeded roll", "Poppy roll", "Sesame roll", "Pistolet",
        "Spelt roll", "Bap", "Burger bun", "Sandwich, soft", "Sandwich, brown", "Rye roll",
        "Cheese roll", "Milk roll with raisins", "Chocolate roll", "Bagel, plain",
        "Bagel, sesame", "Pretzel"), ("",)),
    ("PAS", "2.10", "0.62", 8, (
        "Croissant", "Butter croissant", "Almond croissant", "Pain au chocolat",
        "Pain aux raisins", "Cinnamon swirl", "Apple turnover", "Cherry turnover",
        "Custard slice", "Éclair, chocolate", "Éclair, coffee", "Boule de Berlin", "Frangipane",
        "Mattentaart", "Rhubarb Danish", "Apricot Danish", "Cheese twist", "Sausage roll",
        "Scone, plain", "Scone with fruit", "Chelsea bun", "Eccles cake", "Bakewell slice",
        "Madeleine", "Muffin, blueberry", "Muffin, chocolate", "Brownie", "Waffle, Liège",
        "Waffle, Brussels", "Choux bun with cream"), ("",)),
    ("CAK", "17.50", "5.60", 2, (
        "Apple tart", "Cherry tart", "Rice tart", "Sugar tart", "Lemon tart", "Pear frangipane",
        "Chocolate cake", "Victoria sponge", "Carrot cake", "Coffee and walnut cake",
        "Misérable", "Javanais"), ("20 cm", "26 cm")),
    ("BIS", "4.20", "1.25", 6, (
        "Speculoos, 200 g", "Butter biscuits, 200 g", "Almond thins, 150 g", "Shortbread, 200 g",
        "Ginger snaps, 200 g", "Florentines, 150 g", "Oat biscuits, 200 g", "Cuberdon meringues",
        "Gingerbread figure", "Amaretti, 150 g"), ("",)),
)  # fmt: skip

# category, vendor, case, least to have, names with what one costs us
RESOLD: tuple[tuple[str, str, int, int, dict[str, str]], ...] = (
    ("DRK", "BROEDERS", 24, 12, {
        "Still water 50 cl": "0.38", "Sparkling water 50 cl": "0.40", "Apple juice 25 cl": "0.85",
        "Pear juice 25 cl": "0.92", "Orange juice 25 cl": "0.95", "Elderflower pressé": "1.10",
        "Ginger beer": "1.05", "Lemonade, cloudy": "0.98", "Cola 33 cl": "0.62",
        "Cola zero 33 cl": "0.62", "Iced tea, peach": "0.78", "Iced tea, lemon": "0.78",
        "Chocolate milk 25 cl": "0.81", "Blond ale 33 cl": "1.35", "Brown ale 33 cl": "1.42",
        "Cherry beer 25 cl": "1.55"}),
    ("HOT", "KOFFIEWERF", 12, 6, {
        "House blend beans 250 g": "4.60", "House blend ground 250 g": "4.60",
        "Ethiopia beans 250 g": "5.90", "Decaffeinated 250 g": "5.20",
        "Earl Grey, 20 bags": "2.10",
        "English breakfast, 20 bags": "1.95", "Rooibos, 20 bags": "2.20",
        "Green tea, 20 bags": "2.30", "Camomile, 20 bags": "2.05",
        "Drinking chocolate 300 g": "3.90",
        "Filter papers, 100": "1.60"}),
    ("JAM", "PANTRY-LANE", 6, 4, {
        f"{fruit} {kind}": cost
        for (fruit, cost), kind in combinations(
            (("Strawberry", "2.40"), ("Raspberry", "2.55"), ("Apricot", "2.35"),
             ("Blackcurrant", "2.45"), ("Cherry", "2.60"), ("Rhubarb", "2.50")),
            ("jam 340 g", "jam, small 40 g"))} | {
        "Seville marmalade 340 g": "2.70", "Lemon curd 310 g": "2.80", "Speculoos spread": "2.10",
        "Hazelnut spread": "3.60", "Honey, local 500 g": "5.40", "Liège syrup 450 g": "2.90"}),
    ("SWE", "SNOEPHUIS", 20, 8, {
        "Cuberdons, bag": "1.90", "Neuzekes, box": "2.80", "Caramels, salted": "2.10",
        "Marzipan fruits": "3.20", "Chocolate bar, dark": "1.70", "Chocolate bar, milk": "1.60",
        "Chocolate bar, orange": "1.80", "Guimauves": "1.85", "Liquorice drops": "1.30",
        "Mint drops": "1.25", "Nougat": "2.30", "Fudge, vanilla": "2.15"}),
    ("CRD", "INKT-EN-LINT", 10, 5, {
        f"{occasion} card, {motif}": "0.85"
        for occasion, motif in combinations(
            ("Birthday", "Thank-you", "Wedding", "Christmas"), ("flowers", "loaves", "gold"))} | {
        "Birthday candles, 24": "0.95", "Number candle 1": "0.70", "Number candle 5": "0.70",
        "Number candle 0": "0.70", "Sparkler, 4": "1.10", "Cake topper, hearts": "1.45",
        "Gift tag, 10": "0.90"}),
)  # fmt: skip


def articles() -> list[Article]:
    numbers = dict.fromkeys(CATEGORIES, 100)
    numbered = []
    for category, name, *rest in (*_raw(), *_baked(), *_resold()):
        numbers[category] += 1
        numbered.append(Article(f"{category}-{numbers[category]}", name, category, *rest))
    return numbered


def _raw() -> Iterator[tuple]:  # type: ignore[type-arg]  # the fields of Article, less its sku
    for category, vendor, unit, pack, least, names in RAW:
        flow = Flow.PACKAGING if category == "PAC" else Flow.INGREDIENT
        for name, cost in names.items():
            each = (Decimal(cost) / pack).quantize(Decimal("0.0001"))
            yield category, name, vendor, unit, each, Decimal(0), pack * least, pack, flow


def _baked() -> Iterator[tuple]:  # type: ignore[type-arg]
    for category, price, cost, least, names, sizes in BAKED:
        for place, (name, size) in enumerate(combinations(names, sizes)):
            # Not everything costs the same: up to a third more along the list.
            factor = (
                Decimal(1) + Decimal(place % 7) / 20 + (Decimal("0.7") if size in sizes[1:] else 0)
            )
            yield (
                category, f"{name}, {size}" if size else name, "HOUSE", Unit.PIECE,
                (Decimal(cost) * factor).quantize(PENNY), _round_price(Decimal(price) * factor),
                least, 1, Flow.BAKED,
            )  # fmt: skip


def _resold() -> Iterator[tuple]:  # type: ignore[type-arg]
    for category, vendor, case, least, names in RESOLD:
        for name, cost in names.items():
            each = Decimal(cost) / (4 if "small" in name else 1)
            yield (
                category, name, vendor, Unit.PIECE, each.quantize(PENNY),
                _round_price(each * Decimal("1.9")), least, case, Flow.BOUGHT,
            )  # fmt: skip


def _round_price(price: Decimal) -> Decimal:
    """To the next five cents, as a till wants it."""
    return (price * 20).quantize(Decimal(1)) / 20
